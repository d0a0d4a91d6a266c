//! The program `socket-lab`; everything is in the library.

fn main() -> std::process::ExitCode {
    socket_lab::cli::main()
}
