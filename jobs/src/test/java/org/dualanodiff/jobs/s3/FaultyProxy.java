package org.dualanodiff.jobs.s3;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;

/**
 * Stands between a client and an S3 server and spoils some of the requests: half of them are answered with 503, of the
 * others the connection is cut, before the server hears of them or after it has carried them out.
 */
public final class FaultyProxy implements AutoCloseable {

    private static final Pattern REQUEST = Pattern.compile("(GET|PUT|POST|HEAD|DELETE) .*", Pattern.DOTALL);
    private static final String BODY =
            "<?xml version=\"1.0\"?><Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>";
    private static final String SLOW_DOWN =
            "HTTP/1.1 503 Slow Down\r\nContent-Type: application/xml\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s"
                    .formatted(BODY.length(), BODY);

    private final ServerSocket listener;
    private final int target;
    private final double share;
    private final Random random;
    private final Queue<String> requests = new ConcurrentLinkedQueue<>();
    private final AtomicInteger faults = new AtomicInteger();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    private FaultyProxy(ServerSocket listener, int target, double share, long seed) {
        this.listener = listener;
        this.target = target;
        this.share = share;
        this.random = new Random(seed);
    }

    /** @param share of the requests that are spoilt, 0..1 */
    public static FaultyProxy before(S3Server server, double share, long seed) throws IOException {
        ServerSocket listener = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        FaultyProxy proxy = new FaultyProxy(listener, server.port(), share, seed);
        thread(proxy::accept);
        return proxy;
    }

    public int port() {
        return listener.getLocalPort();
    }

    /** The first line of each request so far. */
    public List<String> requests() {
        return List.copyOf(requests);
    }

    public int faults() {
        return faults.get();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        open.forEach(FaultyProxy::cut);
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
                open.add(client);
                open.add(server);
                Connection connection = new Connection(client, server);
                thread(connection::forwardRequests);
                thread(connection::forwardAnswers);
            } catch (IOException closedOrRefused) {
                // The client sees what the proxy saw.
            }
        }
    }

    private enum Fault {
        NONE,
        SLOW_DOWN,
        CUT_BEFORE,
        CUT_AFTER
    }

    private synchronized Fault next(String request) {
        requests.add(request);
        if (random.nextDouble() >= share) {
            return Fault.NONE;
        }
        faults.incrementAndGet();
        return switch (random.nextInt(4)) {
            case 0 -> Fault.CUT_BEFORE;
            case 1 -> Fault.CUT_AFTER;
            default -> Fault.SLOW_DOWN;
        };
    }

    private final class Connection {
        private final Socket client;
        private final Socket server;
        private volatile boolean answered = true;
        private volatile boolean cutAtAnswer;

        private Connection(Socket client, Socket server) {
            this.client = client;
            this.server = server;
        }

        private void forwardRequests() {
            forward(client, server, (buffer, length) -> {
                if (!beginsRequest(buffer, length)) {
                    return true;
                }
                answered = false;
                return fault(next(new String(buffer, 0, length, US_ASCII)
                        .lines()
                        .findFirst()
                        .orElseThrow()));
            });
        }

        // A request begins where the client speaks after the server has.
        private boolean beginsRequest(byte[] buffer, int length) {
            return answered
                    && REQUEST.matcher(new String(buffer, 0, Math.min(length, 8), US_ASCII))
                            .matches();
        }

        private boolean fault(Fault fault) throws IOException {
            switch (fault) {
                case NONE -> {}
                case CUT_AFTER -> cutAtAnswer = true;
                case CUT_BEFORE -> {
                    return false;
                }
                case SLOW_DOWN -> {
                    client.getOutputStream().write(SLOW_DOWN.getBytes(US_ASCII));
                    client.shutdownOutput();
                    return false;
                }
            }
            return true;
        }

        private void forwardAnswers() {
            forward(server, client, (buffer, length) -> {
                answered = true;
                return !cutAtAnswer || isContinue(buffer, length);
            });
        }

        private static boolean isContinue(byte[] buffer, int length) {
            return new String(buffer, 0, Math.min(length, 12), US_ASCII).equals("HTTP/1.1 100");
        }

        private void forward(Socket from, Socket to, Gate gate) {
            byte[] buffer = new byte[1 << 16];
            try {
                InputStream in = from.getInputStream();
                for (int length = in.read(buffer); length > 0; length = in.read(buffer)) {
                    if (!gate.passes(buffer, length)) {
                        break;
                    }
                    to.getOutputStream().write(buffer, 0, length);
                }
            } catch (IOException cutByOneSide) {
                // Both sides are closed below.
            }
            cut(client);
            cut(server);
        }
    }

    @FunctionalInterface
    private interface Gate {
        boolean passes(byte[] buffer, int length) throws IOException;
    }

    private static void cut(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void thread(Runnable work) {
        Thread thread = new Thread(work, "faulty-proxy");
        thread.setDaemon(true);
        thread.start();
    }
}
