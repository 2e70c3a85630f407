import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.URL;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import java.util.concurrent.RecursiveAction;

/**
 * Requests are read by one pool of threads, their calls made by another.
 *
 * <p>HandOff PORT DOWNPORT: /wait/TAG waits for both calls, one after the other; /both/TAG for two at
 * once; /callback/TAG answers from the thread that made the second call; /fork/TAG runs in a
 * fork-join pool, whose threads work on something else while they wait.
 */
public final class HandOff {
  private static int down;
  private static final ExecutorService WORKERS = Executors.newFixedThreadPool(16);
  private static final ForkJoinPool FORK = new ForkJoinPool(8);

  private static void call(String tag, int number) {
    try {
      URL url = new URL("http://127.0.0.1:" + down + "/call/" + tag + "/" + number);
      try (InputStream body = url.openConnection().getInputStream()) {
        body.readAllBytes();
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void answer(HttpExchange exchange, String word, String tag) {
    try {
      byte[] body = (word + " " + tag).getBytes();
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
      exchange.close();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static final class Call extends RecursiveAction {
    private final String tag;
    private final int number;

    Call(String tag, int number) {
      this.tag = tag;
      this.number = number;
    }

    @Override
    protected void compute() {
      call(tag, number);
    }
  }

  private static void serve(HttpExchange exchange) throws Exception {
    String[] words = exchange.getRequestURI().getPath().split("/");
    String word = words[1];
    String tag = words[2];
    switch (word) {
      case "both" -> {
        Future<?> one = WORKERS.submit(() -> call(tag, 1));
        Future<?> two = WORKERS.submit(() -> call(tag, 2));
        one.get();
        two.get();
      }
      case "fork" -> {
        Call one = new Call(tag, 1);
        one.fork();
        call(tag, 2);
        one.join();
      }
      case "callback" -> {
        CompletableFuture.runAsync(() -> call(tag, 1), WORKERS)
            .thenRunAsync(() -> call(tag, 2), WORKERS)
            .thenRun(() -> answer(exchange, word, tag));
        return;
      }
      default -> {
        WORKERS.submit(() -> call(tag, 1)).get();
        WORKERS.submit(() -> call(tag, 2)).get();
      }
    }
    answer(exchange, word, tag);
  }

  private static void handle(HttpExchange exchange) throws IOException {
    try {
      serve(exchange);
    } catch (Exception e) {
      throw new IOException(e);
    }
  }

  public static void main(String[] args) throws IOException {
    down = Integer.parseInt(args[1]);
    InetSocketAddress address = new InetSocketAddress("127.0.0.1", Integer.parseInt(args[0]));
    HttpServer server = HttpServer.create(address, 512);
    boolean fork = args.length > 2 && args[2].equals("fork");
    server.setExecutor(fork ? FORK : Executors.newFixedThreadPool(40));
    server.createContext("/", HandOff::handle);
    server.start();
  }
}
