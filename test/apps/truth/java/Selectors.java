import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.PriorityQueue;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Servers on java.nio alone, one selector thread each: /WORD/TAG makes the calls /call/TAG/1 and 2
 * and answers "WORD TAG".
 *
 * <p>Selectors PORT DOWNPORT HABIT...: the first habit's server on PORT, the next on PORT + 1.
 * `order` calls at once, `pause` waits up to 10 ms before each call, `pool` has four connections.
 */
public final class Selectors {
  private static final int SMALL = 4;

  private final Selector selector = Selector.open();
  private final InetSocketAddress down;
  private final boolean pauses;
  private final int most;
  private final ArrayDeque<Upstream> idle = new ArrayDeque<>();
  private final ArrayDeque<Client> queue = new ArrayDeque<>();
  private final PriorityQueue<Later> later = new PriorityQueue<>((a, b) -> Long.compare(a.at, b.at));
  private int opened;

  private record Later(long at, Client client) {}

  private Selectors(int port, int down, String habit) throws IOException {
    this.down = new InetSocketAddress("127.0.0.1", down);
    pauses = habit.equals("pause");
    most = habit.equals("pool") ? SMALL : Integer.MAX_VALUE;
    ServerSocketChannel server = ServerSocketChannel.open();
    server.bind(new InetSocketAddress("127.0.0.1", port), 512);
    server.configureBlocking(false);
    server.register(selector, SelectionKey.OP_ACCEPT);
  }

  /** What both ends have: bytes that came and were not understood yet. */
  private abstract class Peer {
    final SocketChannel channel;
    private final ByteBuffer bytes = ByteBuffer.allocate(65536);
    private String pending = "";

    Peer(SocketChannel channel) {
      this.channel = channel;
    }

    void send(String text) throws IOException {
      ByteBuffer out = ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
      while (out.hasRemaining()) {
        channel.write(out);
      }
    }

    void readable() throws IOException {
      bytes.clear();
      if (channel.read(bytes) < 0) {
        channel.close();
        return;
      }
      pending += new String(bytes.array(), 0, bytes.position(), StandardCharsets.ISO_8859_1);
      int end = pending.indexOf("\r\n\r\n");
      if (end < 0) {
        return;
      }
      String head = pending.substring(0, end);
      int length = lengthOf(head);
      if (pending.length() < end + 4 + length) {
        return;
      }
      pending = pending.substring(end + 4 + length);
      message(head);
    }

    abstract void message(String head) throws IOException;
  }

  private static int lengthOf(String head) {
    int at = head.toLowerCase().indexOf("content-length:");
    if (at < 0) {
      return 0;
    }
    int end = head.indexOf('\r', at);
    return Integer.parseInt(head.substring(at + 15, end < 0 ? head.length() : end).trim());
  }

  private final class Client extends Peer {
    String word;
    String tag;
    int number;

    Client(SocketChannel channel) {
      super(channel);
    }

    @Override
    void message(String head) throws IOException {
      String[] words = head.split(" ")[1].split("/");
      word = words[1];
      tag = words[2];
      number = 0;
      next();
    }

    void next() throws IOException {
      number++;
      if (number > 2) {
        String body = word + " " + tag;
        send("HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
      } else if (pauses) {
        long pause = ThreadLocalRandom.current().nextLong(10_000_000);
        later.add(new Later(System.nanoTime() + pause, this));
      } else {
        call(this);
      }
    }
  }

  private final class Upstream extends Peer {
    Client client;

    Upstream(SocketChannel channel) {
      super(channel);
    }

    void ask(Client asking) throws IOException {
      client = asking;
      send("GET /call/" + asking.tag + "/" + asking.number + " HTTP/1.1\r\nHost: down\r\n\r\n");
    }

    @Override
    void message(String head) throws IOException {
      Client done = client;
      Client waiting = queue.poll();
      if (waiting == null) {
        idle.add(this);
      } else {
        ask(waiting);
      }
      done.next();
    }
  }

  private void call(Client client) throws IOException {
    Upstream free = idle.poll();
    if (free != null) {
      free.ask(client);
    } else if (opened == most) {
      queue.add(client);
    } else {
      opened++;
      SocketChannel channel = SocketChannel.open();
      channel.configureBlocking(false);
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      Upstream upstream = new Upstream(channel);
      upstream.client = client;
      channel.connect(down);
      channel.register(selector, SelectionKey.OP_CONNECT, upstream);
    }
  }

  private void ready(SelectionKey key) throws IOException {
    if (key.isAcceptable()) {
      SocketChannel channel = ((ServerSocketChannel) key.channel()).accept();
      channel.configureBlocking(false);
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      channel.register(selector, SelectionKey.OP_READ, new Client(channel));
    } else if (key.isConnectable()) {
      Upstream upstream = (Upstream) key.attachment();
      upstream.channel.finishConnect();
      key.interestOps(SelectionKey.OP_READ);
      upstream.ask(upstream.client);
    } else {
      ((Peer) key.attachment()).readable();
    }
  }

  private void run() {
    try {
      while (true) {
        Later first = later.peek();
        long wait = first == null ? 0 : Math.max(1, (first.at - System.nanoTime()) / 1_000_000);
        selector.select(wait);
        while (later.peek() != null && later.peek().at <= System.nanoTime()) {
          call(later.poll().client);
        }
        for (SelectionKey key : selector.selectedKeys()) {
          ready(key);
        }
        selector.selectedKeys().clear();
      }
    } catch (IOException e) {
      e.printStackTrace();
      System.exit(1);
    }
  }

  public static void main(String[] args) throws IOException {
    int port = Integer.parseInt(args[0]);
    int down = Integer.parseInt(args[1]);
    for (int i = 2; i < args.length; i++) {
      new Thread(new Selectors(port + i - 2, down, args[i])::run, args[i]).start();
    }
  }
}
