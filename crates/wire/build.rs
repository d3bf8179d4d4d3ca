//! Compiles `proto/link.proto` without a protoc binary, so that a clean machine needs only Rust.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=proto/link.proto");
    let files = protox::compile(["proto/link.proto"], ["proto"])?;
    // `Bytes` instead of `Vec<u8>`: an answer is cut out of the receive buffer and not copied.
    // No derived `Debug` where a secret is inside: debug output ends up in logs.
    tonic_prost_build::configure()
        .bytes(".")
        .skip_debug([".guantong.wire.v1.EnrolRequest"])
        .compile_fds(files)?;
    Ok(())
}
