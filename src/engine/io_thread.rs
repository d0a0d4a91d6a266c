//! The thread on which every task of the engine runs, and the threads for what blocks.
//!
//! One thread, so that calls are recorded in the order in which they completed: with two, the `recv` of some bytes could be on
//! record before their `send`. A scheduler for one thread costs less than one for several that has one.

use std::io;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;
use tokio::task::JoinHandle as Task;

/// Threads for what blocks: name look-ups, and each `close` that lingers.
const BLOCKING_THREADS: usize = 8;

/// How long the tasks are given to end, and then the threads.
const GRACE: Duration = Duration::from_secs(1);

/// Dropped, it ends.
pub struct IoThread {
    handle: Handle,
    /// Told once: the tasks that are waited for.
    end: Option<oneshot::Sender<Vec<Task<()>>>>,
    thread: Option<JoinHandle<()>>,
}

impl IoThread {
    /// # Errors
    /// The thread or the reactor (epoll, kqueue, IOCP) could not be created.
    pub fn start() -> io::Result<Self> {
        let runtime = Builder::new_current_thread()
            .max_blocking_threads(BLOCKING_THREADS)
            .thread_name("socket-lab-block")
            .enable_all()
            .build()?;
        let handle = runtime.handle().clone();
        let (end, ended) = oneshot::channel::<Vec<Task<()>>>();
        let thread = thread::Builder::new().name("socket-lab-io".to_owned()).spawn(move || {
            runtime.block_on(async {
                let Ok(tasks) = ended.await else { return };
                let all = async {
                    for task in tasks {
                        // However it ended, it has nothing open any more.
                        let _ = task.await;
                    }
                };
                let _ = tokio::time::timeout(GRACE, all).await;
            });
            runtime.shutdown_timeout(GRACE);
        })?;
        Ok(Self { handle, end: Some(end), thread: Some(thread) })
    }

    pub fn handle(&self) -> &Handle {
        &self.handle
    }

    /// Ends when these tasks have.
    pub fn end_after(&mut self, tasks: Vec<Task<()>>) {
        if let Some(end) = self.end.take() {
            // Without a receiver the thread has ended.
            let _ = end.send(tasks);
        }
    }

    /// How many tasks are alive.
    pub fn tasks(&self) -> usize {
        self.handle.metrics().num_alive_tasks()
    }
}

impl Drop for IoThread {
    fn drop(&mut self) {
        self.end = None;
        if let Some(thread) = self.thread.take() {
            // One that has panicked has ended too.
            let _ = thread.join();
        }
    }
}
