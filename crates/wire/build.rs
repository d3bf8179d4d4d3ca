//! Compiles `proto/link.proto` without a protoc binary, so that a clean machine needs only Rust.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=proto/link.proto");
    let files = protox::compile(["proto/link.proto"], ["proto"])?;
    // `Bytes` instead of `Vec<u8>`: an answer is cut out of the receive buffer and not copied.
    tonic_prost_build::configure().bytes(".").compile_fds(files)?;
    Ok(())
}
