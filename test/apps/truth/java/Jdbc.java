import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Two queries for each request: /HABIT/TAG asks for '/call/TAG/1' and '/call/TAG/2' and answers
 * "HABIT TAG". A fixed pool of threads, and one of connections of JDBC.
 *
 * <p>Jdbc PORT STOREPORT postgresql|mariadb CONNECTIONS
 */
public final class Jdbc {
  private static final int THREADS = 40;

  private final BlockingQueue<Connection> pool = new LinkedBlockingQueue<>();
  private final String sleep;

  private Jdbc(int store, String system, int connections) throws SQLException {
    boolean postgresql = system.equals("postgresql");
    sleep = postgresql ? "pg_sleep(random() * 0.01)" : "sleep(rand() * 0.01)";
    String database = postgresql ? "postgres" : "shop";
    String url = "jdbc:" + system + "://127.0.0.1:" + store + "/" + database;
    for (int i = 0; i < connections; i++) {
      pool.add(DriverManager.getConnection(url, "shop", ""));
    }
  }

  private boolean ask(String path) throws SQLException, InterruptedException {
    Connection connection = pool.take();
    // The path stands in the text, so that the log of the server has it.
    String query = "SELECT " + sleep + ", '" + path + "' WHERE 1 = ?";
    try (PreparedStatement statement = connection.prepareStatement(query)) {
      statement.setInt(1, 1);
      try (ResultSet rows = statement.executeQuery()) {
        return rows.next() && rows.getString(2).equals(path);
      }
    } finally {
      pool.add(connection);
    }
  }

  private void answer(HttpExchange exchange) throws IOException {
    String[] words = exchange.getRequestURI().getPath().split("/");
    String answer = words[1] + " " + words[2];
    try {
      for (int number = 1; number <= 2; number++) {
        if (!ask("/call/" + words[2] + "/" + number)) {
          answer = "wrong answer";
        }
      }
    } catch (SQLException | InterruptedException error) {
      answer = error.toString();
    }
    exchange.sendResponseHeaders(200, answer.length());
    exchange.getResponseBody().write(answer.getBytes());
    exchange.close();
  }

  public static void main(String[] args) throws Exception {
    Jdbc jdbc = new Jdbc(Integer.parseInt(args[1]), args[2], Integer.parseInt(args[3]));
    InetSocketAddress address = new InetSocketAddress("127.0.0.1", Integer.parseInt(args[0]));
    HttpServer server = HttpServer.create(address, 128);
    server.setExecutor(Executors.newFixedThreadPool(THREADS));
    server.createContext("/", jdbc::answer);
    server.start();
  }
}
