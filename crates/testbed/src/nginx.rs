//! An nginx server, the bench's yardstick for a plain reverse proxy.

use std::net::TcpStream;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;

use crate::install::{Package, ensure_installed, find_binary};
use crate::server::{Dir, Server, with_free_port};
use crate::supervise::Spec;

/// How an nginx server is started.
#[derive(Debug, Clone)]
pub struct NginxOptions {
    /// Content of the `http` block. `{port}` stands for the port to listen on, `{dir}` for a directory
    /// of this server that is removed with it (for the access log).
    pub http: String,
    /// Number of worker processes.
    pub workers: u16,
}

/// A running nginx server. Clones share it; it ends with the last of them, or with the process.
#[derive(Debug, Clone)]
pub struct Nginx {
    server: Arc<Server>,
    dir: PathBuf,
}

/// Starts an nginx server of its own.
///
/// # Errors
/// When nginx is neither found nor installable, or refuses the configuration.
pub async fn nginx(options: NginxOptions) -> anyhow::Result<Nginx> {
    crate::blocking(move || start(&options)).await
}

fn start(options: &NginxOptions) -> anyhow::Result<Nginx> {
    ensure_installed(&[Package::Nginx])?;
    let program = find_binary("nginx").context("nginx not found")?;
    with_free_port(|port| {
        let dir = Dir::make(None, "testbed-nginx-")?;
        let path = dir.path().to_owned();
        let shown = path.to_str().context("temporary directory is not UTF-8")?;
        let http = options.http.replace("{port}", &port.to_string()).replace("{dir}", shown);
        let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|kind| format!("{kind}_temp_path {shown}/{kind};\n"))
            .concat();
        let config = format!(
            "daemon off;\nworker_processes {};\npid {shown}/nginx.pid;\nerror_log {shown}/server.log;\n\
             events {{ worker_connections 4096; }}\nhttp {{\n{temporary}{http}\n}}\n",
            options.workers
        );
        let file = path.join("nginx.conf");
        std::fs::write(&file, config)?;
        let line = vec![
            program.clone().into(),
            "-e".into(),
            path.join("server.log").into(),
            "-p".into(),
            path.clone().into(),
            "-c".into(),
            file.into(),
        ];
        let spec = Spec { line, log: path.join("server.log"), remove: dir.hand_over(), last: "TERM" };
        let probe = Box::new(move || Ok(TcpStream::connect(("127.0.0.1", port)).map(|_| ())?));
        let server = Server::new(spec, port, probe);
        server.start()?;
        Ok(Nginx { server, dir: path })
    })
}

impl Nginx {
    /// Address without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port())
    }

    /// Port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.server.port()
    }

    /// Process id of the master, when it runs.
    pub fn pid(&self) -> Option<u32> {
        self.server.pid()
    }

    /// The directory that `{dir}` stood for.
    pub fn dir(&self) -> &std::path::Path {
        &self.dir
    }
}
