//! Tasks of tokio on several threads, in many habits: /HABIT/TAG makes the calls /call/TAG/1 and 2 and
//! answers "HABIT TAG". Calls that nobody asked for have tags of their own: /call/b7/1.
//!
//! tokio-server PORT DOWNPORT THREADS BACKGROUND_MS   (one thread: the loop of `current_thread`)
use std::io::{Error, ErrorKind, Result};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, oneshot, Semaphore};

struct Server {
    down: u16,
    kept: Mutex<Vec<TcpStream>>,
    few: Semaphore,
    sender: mpsc::Sender<Job>,
    served: AtomicU64,
}

struct Job {
    tag: String,
    number: u32,
    done: oneshot::Sender<()>,
}

/// The head, up to and with the empty line; what came after it stays in `more`.
async fn read_head(stream: &mut TcpStream, more: &mut Vec<u8>) -> Result<Option<String>> {
    loop {
        if let Some(at) = more.windows(4).position(|four| four == b"\r\n\r\n") {
            let rest = more.split_off(at + 4);
            let head = std::mem::replace(more, rest);
            return Ok(Some(String::from_utf8_lossy(&head).into_owned()));
        }
        if stream.read_buf(more).await? == 0 {
            return Ok(None);
        }
    }
}

fn body_length(head: &str) -> usize {
    head.lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, value)| value.trim().parse().ok())
        .unwrap_or(0)
}

impl Server {
    async fn call(&self, tag: &str, number: u32) -> Result<()> {
        let kept = self.kept.lock().unwrap().pop();
        let mut stream = match kept {
            Some(stream) => stream,
            None => TcpStream::connect(("127.0.0.1", self.down)).await?,
        };
        let request = format!("GET /call/{tag}/{number} HTTP/1.1\r\nHost: down\r\n\r\n");
        stream.write_all(request.as_bytes()).await?;
        let mut more = Vec::new();
        let head = read_head(&mut stream, &mut more).await?;
        let length = body_length(&head.ok_or_else(|| Error::from(ErrorKind::UnexpectedEof))?);
        while more.len() < length {
            if stream.read_buf(&mut more).await? == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
        }
        self.kept.lock().unwrap().push(stream);
        Ok(())
    }

    async fn work(self: &Arc<Self>, habit: &str, tag: &str) -> Result<()> {
        match habit {
            "fanout" => {
                tokio::try_join!(self.call(tag, 1), self.call(tag, 2))?;
            }
            "spawn" => {
                let calls = [1, 2].map(|number| {
                    let (server, tag) = (self.clone(), tag.to_owned());
                    tokio::spawn(async move { server.call(&tag, number).await })
                });
                for call in calls {
                    call.await.map_err(Error::other)??;
                }
            }
            "semaphore" => {
                for number in [1, 2] {
                    let _one = self.few.acquire().await.map_err(Error::other)?;
                    self.call(tag, number).await?;
                }
            }
            "sender" => {
                for number in [1, 2] {
                    let (done, waits) = oneshot::channel();
                    let job = Job { tag: tag.to_owned(), number, done };
                    self.sender.send(job).await.map_err(Error::other)?;
                    waits.await.map_err(Error::other)?;
                }
            }
            "pause" => {
                for number in [1, 2] {
                    tokio::time::sleep(Duration::from_millis(2)).await;
                    self.call(tag, number).await?;
                }
            }
            _ => {
                self.call(tag, 1).await?;
                self.call(tag, 2).await?;
            }
        }
        Ok(())
    }

    async fn serve(self: Arc<Self>, mut stream: TcpStream) -> Result<()> {
        let mut more = Vec::new();
        while let Some(head) = read_head(&mut stream, &mut more).await? {
            let path = head.split(' ').nth(1).unwrap_or("/");
            let mut words = path.split('/').skip(1);
            let (habit, tag) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
            self.served.fetch_add(1, Relaxed);
            self.work(habit, tag).await?;
            let body = format!("{habit} {tag}");
            let length = body.len();
            let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{body}");
            stream.write_all(answer.as_bytes()).await?;
        }
        Ok(())
    }

    /// Sends what others ask for, one job after the other for each of eight.
    async fn send(self: Arc<Self>, mut jobs: mpsc::Receiver<Job>) {
        let few = Arc::new(Semaphore::new(8));
        while let Some(Job { tag, number, done }) = jobs.recv().await {
            let (server, one) = (self.clone(), few.clone().acquire_owned().await);
            tokio::spawn(async move {
                let _one = one;
                let _ = server.call(&tag, number).await;
                let _ = done.send(());
            });
        }
    }

    async fn call_now_and_then(self: Arc<Self>, every: Duration) {
        let mut ticks = tokio::time::interval(every);
        let (mut seen, mut quiet) = (0, 0);
        for number in 0_u64.. {
            ticks.tick().await;
            let served = self.served.load(Relaxed);
            quiet = if served == seen { quiet + 1 } else { 0 };
            seen = served;
            if served > 0 && quiet < 100 {
                let _ = self.call(&format!("b{number}"), 1).await;
            }
        }
    }
}

async fn listen(port: u16, down: u16, background: u64) -> Result<()> {
    let (sender, jobs) = mpsc::channel(1024);
    let (kept, few) = (Mutex::default(), Semaphore::new(4));
    let server = Arc::new(Server { down, kept, few, sender, served: AtomicU64::new(0) });
    tokio::spawn(server.clone().send(jobs));
    if background > 0 {
        tokio::spawn(server.clone().call_now_and_then(Duration::from_millis(background)));
    }
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        tokio::spawn(server.clone().serve(stream));
    }
}

fn main() -> Result<()> {
    let words: Vec<u64> = std::env::args().skip(1).filter_map(|word| word.parse().ok()).collect();
    let [port, down, threads, background] = words[..] else {
        return Err(Error::other("tokio-server PORT DOWNPORT THREADS BACKGROUND_MS"));
    };
    let mut builder = match threads {
        1 => tokio::runtime::Builder::new_current_thread(),
        _ => tokio::runtime::Builder::new_multi_thread(),
    };
    if threads > 1 {
        builder.worker_threads(threads as usize);
        if let Ok(name) = std::env::var("THREAD_NAME") {
            builder.thread_name(name);
        }
    }
    let runtime = builder.enable_all().build()?;
    runtime.block_on(listen(port as u16, down as u16, background))
}
