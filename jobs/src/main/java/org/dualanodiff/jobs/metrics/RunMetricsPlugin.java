package org.dualanodiff.jobs.metrics;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import java.io.Serializable;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.spark.ExecutorAllocationClient;
import org.apache.spark.SparkContext;
import org.apache.spark.TaskFailedReason;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.apache.spark.api.plugin.SparkPlugin;
import org.dualanodiff.pipeline.Daemon;
import org.dualanodiff.pipeline.Stopwatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a run's numbers into Spark's metrics system, whatever sinks that has. Each executor shows its own under {@code
 * executor.*} and reports them to the driver, at the pace of its heartbeat and at each task's end; the driver shows the sum
 * under {@code run.*}. Every session has it, through {@code spark.plugins}. It also asks the driver whether the executor's machine
 * is going to be taken away.
 */
public final class RunMetricsPlugin implements SparkPlugin {

    private static final Logger LOG = LoggerFactory.getLogger(RunMetricsPlugin.class);

    private static final Map<Class<?>, Consumer<Object>> LISTENERS = new ConcurrentHashMap<>();
    private static volatile PluginContext ofThisExecutor;
    private static volatile boolean leaving;

    /** Has messages of a kind that tasks send go to a listener of this driver, in place of the one before. */
    public static <T extends Serializable> void onMessage(Class<T> kind, Consumer<T> listener) {
        LISTENERS.put(kind, message -> listener.accept(kind.cast(message)));
    }

    /** Sends a message from within a task; one that does not arrive is lost. */
    public static void tellDriver(Serializable message) {
        PluginContext context = ofThisExecutor;
        try {
            if (context != null) {
                context.send(message);
            }
        } catch (Exception e) {
            LOG.debug("the driver was not reached with a message", e);
        }
    }

    /**
     * Whether this executor is given no more tasks, since its machine is going to be taken away. Spark hears of that in several ways
     * (a signal to the executor, or to the worker of a standalone cluster) and tells no task; known within a second or two.
     */
    public static boolean isLeaving() {
        return leaving;
    }

    @Override
    public DriverPlugin driverPlugin() {
        return new OnDriver();
    }

    @Override
    public ExecutorPlugin executorPlugin() {
        return new OnExecutor();
    }

    /** What an executor tells the driver. */
    private record Report(String executor, WorkCounters.Done done) implements Serializable {}

    /** What an executor asks the driver; the answer is whether it is leaving. */
    private record Leaving(String executor) implements Serializable {}

    private static final class OnDriver implements DriverPlugin {

        private final RunMetrics metrics = RunMetrics.start();
        private SparkContext spark;

        @Override
        public Map<String, String> init(SparkContext given, PluginContext context) {
            spark = given;
            return Map.of();
        }

        @Override
        public void registerMetrics(String appId, PluginContext context) {
            metrics.register(context.metricRegistry());
        }

        @Override
        public Object receive(Object message) {
            if (message instanceof Leaving leaving) {
                return spark.schedulerBackend() instanceof ExecutorAllocationClient client
                        && !client.isExecutorActive(leaving.executor());
            } else if (message instanceof Report report) {
                metrics.report(report.executor(), report.done());
            } else {
                LISTENERS.getOrDefault(message.getClass(), unheard -> {}).accept(message);
            }
            return null;
        }

        @Override
        public void shutdown() {
            RunMetrics.stop();
            LISTENERS.clear();
        }
    }

    private static final class OnExecutor implements ExecutorPlugin {

        // In local mode one JVM may see several applications, one after the other.
        private final WorkCounters.Done before = WorkCounters.ofThisJvm().soFar(0);
        private final Stopwatch watch = Stopwatch.start();
        private int gpus;
        private ScheduledExecutorService clock;
        private PluginContext context;

        @Override
        public void init(PluginContext given, Map<String, String> extraConf) {
            context = given;
            gpus = Optional.ofNullable(given.resources().get("gpu"))
                    .map(gpu -> gpu.addresses().length)
                    .orElse(0);
            ofThisExecutor = given;
            register(given.metricRegistry());
            clock = Executors.newSingleThreadScheduledExecutor(new Daemon("dualanodiff-metrics"));
            long millis = given.conf().getTimeAsMs("spark.executor.heartbeatInterval", "10s");
            clock.scheduleWithFixedDelay(this::report, millis, millis, TimeUnit.MILLISECONDS);
            leaving = false;
            if (given.conf().getBoolean("spark.decommission.enabled", false)) {
                clock.scheduleWithFixedDelay(this::askWhetherLeaving, 1, 1, TimeUnit.SECONDS);
            }
        }

        private void register(MetricRegistry registry) {
            registry.register("executor.trainingSteps", (Gauge<Long>) () -> done().steps());
            registry.register("executor.pairs", (Gauge<Long>) () -> done().pairs());
            registry.register("executor.accepted", (Gauge<Long>) () -> done().accepted());
            registry.register("executor.rejected", (Gauge<Long>) () -> done().rejected());
            registry.register("executor.failed", (Gauge<Long>) () -> done().failed());
            registry.register("executor.gpuSeconds", (Gauge<Double>) () -> done().gpuSeconds());
            registry.register("executor.gpuSecondsIdle", (Gauge<Double>) () -> done().gpuSecondsIdle());
        }

        private WorkCounters.Done done() {
            return WorkCounters.ofThisJvm().soFar(gpus * watch.seconds()).minus(before);
        }

        @Override
        public void onTaskSucceeded() {
            report();
        }

        @Override
        public void onTaskFailed(TaskFailedReason reason) {
            report();
        }

        /** A report that is lost is made good by the next one; none may fail a task. */
        private void report() {
            tellDriver(new Report(context.executorID(), done()));
        }

        /** There is always a next time. */
        private void askWhetherLeaving() {
            try {
                leaving = (boolean) context.ask(new Leaving(context.executorID()));
            } catch (Exception e) {
                LOG.debug("the driver did not say whether this executor is leaving", e);
            }
        }

        @Override
        public void shutdown() {
            clock.shutdownNow();
            ofThisExecutor = null;
        }
    }
}
