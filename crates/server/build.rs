//! The console is embedded at compile time, so a console that was built later must bring a new compilation.

fn main() {
    println!("cargo:rerun-if-changed=../../web/dist");
    println!("cargo:rerun-if-changed=build.rs");
}
