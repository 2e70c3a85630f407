import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.URL;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The JDK's own server and client: two calls for each request.
 * PoolServer PORT DOWNPORT [virtual]: on a fixed pool of 40 threads, or each request on a virtual
 * thread of its own (Java 21).
 */
public final class PoolServer {
  private static String call(int port, String tag, int number) throws IOException {
    URL url = new URL("http://127.0.0.1:" + port + "/call/" + tag + "/" + number);
    HttpURLConnection connection = (HttpURLConnection) url.openConnection();
    connection.setConnectTimeout(10_000);
    connection.setReadTimeout(10_000);
    try (InputStream body = connection.getInputStream()) {
      return new String(body.readAllBytes());
    }
  }

  private static void answer(HttpExchange exchange, int down) throws IOException {
    String tag = exchange.getRequestURI().getPath().split("/")[2];
    boolean right = true;
    for (int number = 1; number <= 2; number++) {
      right &= call(down, tag, number).equals("call " + tag + " " + number);
    }
    byte[] body = ("front " + tag).getBytes();
    exchange.sendResponseHeaders(right ? 200 : 502, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  /** By reflection, so that older compilers take this file. */
  private static ExecutorService threads(boolean virtual) throws ReflectiveOperationException {
    return virtual
        ? (ExecutorService) Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null)
        : Executors.newFixedThreadPool(40);
  }

  public static void main(String[] args) throws Exception {
    int down = Integer.parseInt(args[1]);
    InetSocketAddress address = new InetSocketAddress("127.0.0.1", Integer.parseInt(args[0]));
    HttpServer server = HttpServer.create(address, 128);
    server.setExecutor(threads(args.length > 2));
    server.createContext("/", exchange -> answer(exchange, down));
    server.start();
  }
}
