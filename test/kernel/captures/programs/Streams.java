// Java, both ends: `server PATTERN` or `client PATTERN PORT CONNECTIONS REQUESTS`. A thread for each
// connection, by turns with streams and with channels. Every stream's bytes follow from their place
// (test/kernel/captures/pattern.ts).
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;

public class Streams {
    static final int PERIOD = 65521;
    static byte[] pattern;

    static int sizeOf(int i, int end) {
        int size = (int) (((long) i * 7919 + end * 4001) % 1777) + 1;
        return i % 64 == 63 ? size * 16 : size;
    }

    /** One end of a connection. */
    static class Speaker {
        final SocketChannel channel;
        final int number;
        final int end;
        final byte[] room = new byte[32768];
        final ByteBuffer direct = ByteBuffer.allocateDirect(32768);
        long sent = 0;

        Speaker(SocketChannel channel, int number, int end) {
            this.channel = channel;
            this.number = number;
            this.end = end;
        }

        void write(int i) throws IOException {
            int size = sizeOf(i, end);
            int at = (int) ((sent + number * 7919L + end * 31337L) % PERIOD);
            sent += size;
            switch (i % 3) {
                case 0 -> channel.socket().getOutputStream().write(pattern, at, size);
                case 1 -> writeDirect(at, size);
                default -> gather(at, size);
            }
        }

        private void writeDirect(int at, int size) throws IOException {
            direct.clear().put(pattern, at, size).flip();
            while (direct.hasRemaining()) channel.write(direct);
        }

        private void gather(int at, int size) throws IOException {
            ByteBuffer[] pieces = {
                ByteBuffer.wrap(pattern, at, size / 3),
                ByteBuffer.wrap(pattern, at + size / 3, size - size / 3),
            };
            long left = size;
            while (left > 0) left -= channel.write(pieces);
        }

        /** False at the end of the stream. */
        boolean read(int i) throws IOException {
            int due = sizeOf(i, 1 - end);
            while (due > 0) {
                long got = switch (i % 3) {
                    case 0 -> channel.socket().getInputStream().read(room, 0, due);
                    case 1 -> channel.read(direct.clear().limit(due));
                    default -> scatter(due);
                };
                if (got < 0) return false;
                due -= got;
            }
            return true;
        }

        private long scatter(int due) throws IOException {
            ByteBuffer[] pieces = {ByteBuffer.wrap(room, 0, due / 2), ByteBuffer.wrap(room, due / 2, due - due / 2)};
            return channel.read(pieces);
        }
    }

    static void serve(SocketChannel channel) {
        try (channel) {
            int port = ((InetSocketAddress) channel.getRemoteAddress()).getPort();
            Speaker speaker = new Speaker(channel, port, 1);
            for (int i = 0; speaker.read(i); i++) speaker.write(i);
        } catch (IOException error) {
            System.err.println(error);
        }
    }

    static void ask(int port, int requests) {
        try (SocketChannel channel = SocketChannel.open(new InetSocketAddress("127.0.0.1", port))) {
            Speaker speaker = new Speaker(channel, ((InetSocketAddress) channel.getLocalAddress()).getPort(), 0);
            for (int i = 0; i < requests; i++) {
                speaker.write(i);
                if (!speaker.read(i)) throw new IOException("the end");
            }
        } catch (IOException error) {
            System.err.println(error);
            System.exit(1);
        }
    }

    public static void main(String[] args) throws Exception {
        pattern = Files.readAllBytes(Path.of(args[1]));
        if (args[0].equals("server")) {
            ServerSocketChannel listener = ServerSocketChannel.open();
            listener.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0));
            System.out.println(((InetSocketAddress) listener.getLocalAddress()).getPort());
            while (true) {
                SocketChannel channel = listener.accept();
                new Thread(() -> serve(channel)).start();
            }
        }
        int port = Integer.parseInt(args[2]);
        int requests = Integer.parseInt(args[4]);
        for (int c = 0; c < Integer.parseInt(args[3]); c++) new Thread(() -> ask(port, requests)).start();
    }
}
