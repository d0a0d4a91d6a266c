//! Who sends and who receives, on threads of the bench.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, UdpSocket};
use std::thread;
use std::time::{Duration, Instant};

use crate::contestants::connect;

const PIECE: usize = 256 * 1024;
const SMALL: usize = 64;
/// Nothing more is on its way when nothing has come for so long.
const SILENCE: Duration = Duration::from_millis(300);

/// From the first byte sent to the end at the receiver.
pub fn send_through(port: u16, server: TcpListener, bytes: u64) -> Duration {
    let receiver = spawned(move || {
        let (mut stream, _) = server.accept().unwrap();
        let mut buffer = vec![0; PIECE];
        let mut all = 0;
        loop {
            match stream.read(&mut buffer).unwrap() {
                0 => return all,
                count => all += count as u64,
            }
        }
    });
    let mut stream = connect(port);
    let piece = vec![7; PIECE];
    let begun = Instant::now();
    let mut left = bytes;
    while left > 0 {
        let count = piece.len().min(left as usize);
        stream.write_all(&piece[..count]).unwrap();
        left -= count as u64;
    }
    stream.shutdown(Shutdown::Write).unwrap();
    assert_eq!(receiver.join().unwrap(), bytes);
    begun.elapsed()
}

pub fn ping_through(port: u16, server: TcpListener, trips: u64) -> Duration {
    let echo = spawned(move || {
        let (mut stream, _) = server.accept().unwrap();
        stream.set_nodelay(true).unwrap();
        let mut buffer = [0; SMALL];
        while stream.read_exact(&mut buffer).is_ok() {
            stream.write_all(&buffer).unwrap();
        }
    });
    let mut stream = connect(port);
    let mut buffer = [7; SMALL];
    let begun = Instant::now();
    for _ in 0..trips {
        stream.write_all(&buffer).unwrap();
        stream.read_exact(&mut buffer).unwrap();
    }
    let took = begun.elapsed();
    drop(stream);
    echo.join().unwrap();
    took
}

/// How many arrive in a second, when as many are sent as the sender can.
pub fn datagrams_through(port: u16, server: &UdpSocket, count: u64) -> f64 {
    let socket = server.try_clone().unwrap();
    socket.set_read_timeout(Some(SILENCE)).unwrap();
    let receiver = spawned(move || {
        let mut buffer = [0; 2_048];
        let (mut came, mut first, mut last) = (0u64, None, Instant::now());
        // The first may take its time: a process has to start its way to the server.
        let mut waits = 10;
        loop {
            match socket.recv(&mut buffer) {
                Ok(_) => {
                    last = Instant::now();
                    first.get_or_insert(last);
                    came += 1;
                }
                Err(_) if came == 0 && waits > 0 => waits -= 1,
                Err(_) => return came as f64 / first.map_or(1.0, |first| last.duration_since(first).as_secs_f64()),
            }
        }
    });
    let sender = UdpSocket::bind("127.0.0.1:0").unwrap();
    sender.connect(("127.0.0.1", port)).unwrap();
    for _ in 0..count {
        // One that the system has no room for is lost, as on any way.
        let _ = sender.send(&[7; SMALL]);
    }
    receiver.join().unwrap()
}

fn spawned<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> thread::JoinHandle<T> {
    thread::Builder::new().name("peer".to_owned()).spawn(work).unwrap()
}
