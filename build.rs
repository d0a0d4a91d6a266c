//! A program for Windows gets its icon, its version and its manifest. Nothing is done for other systems.

const MANIFEST: &str = "assets/windows/socket-lab.manifest";
const ICON: &str = "assets/icons/socket-lab.ico";

fn main() {
    for file in ["build.rs", MANIFEST, ICON] {
        println!("cargo::rerun-if-changed={file}");
    }
    if std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|system| system == "windows") {
        let mut resource = winresource::WindowsResource::new();
        resource.set_icon(ICON).set_manifest_file(MANIFEST);
        resource.set("ProductName", "Socket Lab").set("FileDescription", "Socket Lab");
        if let Err(error) = resource.compile() {
            println!("cargo::warning=the program has no icon, version and manifest: {error}");
        }
    }
}
