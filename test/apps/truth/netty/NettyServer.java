import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Netty at both ends: /WORD/TAG makes the calls /call/TAG/1 and 2 and answers "WORD TAG".
 *
 * <p>NettyServer PORT DOWNPORT LOOPS same|other: calls on the loop of the request, or on loops of
 * their own.
 */
public final class NettyServer {
  private static int down;
  private static EventLoopGroup others;
  private static final Map<EventLoop, Queue<Channel>> IDLE = new ConcurrentHashMap<>();
  private static final Queue<Channel> ALL_IDLE = new ConcurrentLinkedQueue<>();

  private static final class Upstream extends SimpleChannelInboundHandler<FullHttpResponse> {
    Runnable done;

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpResponse response) {
      Runnable then = done;
      done = null;
      idle(context.channel()).add(context.channel());
      then.run();
    }
  }

  private static Queue<Channel> idle(Channel channel) {
    if (others != null) {
      return ALL_IDLE;
    }
    return IDLE.computeIfAbsent(channel.eventLoop(), loop -> new ArrayDeque<>());
  }

  private static void call(Channel from, String tag, int number, Runnable done) {
    Channel free = idle(from).poll();
    if (free != null) {
      send(free, tag, number, done);
      return;
    }
    new Bootstrap()
        .group(others == null ? from.eventLoop() : others)
        .channel(NioSocketChannel.class)
        .option(ChannelOption.TCP_NODELAY, true)
        .handler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel channel) {
                channel.pipeline().addLast(new HttpClientCodec());
                channel.pipeline().addLast(new HttpObjectAggregator(65536), new Upstream());
              }
            })
        .connect("127.0.0.1", down)
        .addListener(
            (ChannelFutureListener) future -> send(future.channel(), tag, number, done));
  }

  private static void send(Channel channel, String tag, int number, Runnable done) {
    channel.pipeline().get(Upstream.class).done = done;
    String path = "/call/" + tag + "/" + number;
    FullHttpRequest request =
        new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, path);
    request.headers().set("Host", "down");
    channel.writeAndFlush(request);
  }

  private static final class Front extends SimpleChannelInboundHandler<FullHttpRequest> {
    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
      String[] words = request.uri().split("/");
      String body = words[1] + " " + words[2];
      Channel channel = context.channel();
      call(channel, words[2], 1, () -> call(channel, words[2], 2, () -> answer(channel, body)));
    }

    private static void answer(Channel channel, String body) {
      FullHttpResponse response =
          new DefaultFullHttpResponse(
              HttpVersion.HTTP_1_1,
              HttpResponseStatus.OK,
              Unpooled.copiedBuffer(body, StandardCharsets.US_ASCII));
      HttpUtil.setContentLength(response, body.length());
      channel.writeAndFlush(response);
    }
  }

  public static void main(String[] args) throws InterruptedException {
    down = Integer.parseInt(args[1]);
    int loops = Integer.parseInt(args[2]);
    others = args[3].equals("other") ? new NioEventLoopGroup(loops) : null;
    new ServerBootstrap()
        .group(new NioEventLoopGroup(loops))
        .channel(NioServerSocketChannel.class)
        .option(ChannelOption.SO_BACKLOG, 512)
        .childOption(ChannelOption.TCP_NODELAY, true)
        .childHandler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel channel) {
                channel.pipeline().addLast(new HttpServerCodec());
                channel.pipeline().addLast(new HttpObjectAggregator(65536), new Front());
              }
            })
        .bind("127.0.0.1", Integer.parseInt(args[0]))
        .sync();
  }
}
