package ai.djl.pytorch.jni;

import ai.djl.Device;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import org.dualanodiff.model.torch.OutOfDeviceMemoryException;

/**
 * A TorchScript module whose methods keep the gradient graph.
 *
 * <p>It lives in DJL's package because the native entry point is package private there, and because
 * DJL's public way to run a method ({@link IValueUtils#runMethod}) always runs without gradients.
 *
 * <p>Results belong to the system manager, which never closes anything: the caller closes them.
 * Methods may be called from any number of threads.
 */
public final class ScriptModule {

    private static final boolean KEEP_GRADIENTS = true;
    private static final boolean OWN_CUDA_STREAM = false;

    private static final LongAdder CALLS = new LongAdder();

    /**
     * Read by calls, written by the end of the JVM, which unloads libtorch: a call that then still runs would end the process by a
     * segmentation fault.
     */
    private static final ReadWriteLock RUNNING = new ReentrantReadWriteLock();

    /** Signals to end are followed by SIGKILL after 30 seconds in most places. */
    private static final int LONGEST_CALL_SECONDS = 20;

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(ScriptModule::awaitLastCall, "last native call"));
    }

    /** Sees each method before it runs; tests have one fail. */
    static volatile Consumer<String> before = method -> {};

    private final long handle;
    private final PtNDManager owner;

    private ScriptModule(long handle, PtNDManager owner) {
        this.handle = handle;
        this.owner = owner;
    }

    /**
     * Loads a TorchScript archive.
     *
     * @throws IllegalStateException if libtorch cannot read the archive
     */
    public static ScriptModule load(byte[] archive, PtNDManager owner) {
        return load(archive, Device.cpu(), owner);
    }

    /** As {@link #load(byte[], PtNDManager)}, the archive's tensors on a device. */
    public static ScriptModule load(byte[] archive, Device device, PtNDManager owner) {
        return new ScriptModule(handle(archive, device), owner);
    }

    /** Whether libtorch can read a TorchScript archive where no other device has a part in it. */
    public static boolean canRead(byte[] archive) {
        try {
            PyTorchLibrary.LIB.torchDeleteModule(handle(archive, Device.cpu()));
            return true;
        } catch (RuntimeException e) {
            return false;
        }
    }

    private static long handle(byte[] archive, Device device) {
        try {
            return JniUtils.loadModuleHandle(new ByteArrayInputStream(archive), device, true, false);
        } catch (IOException e) {
            throw new IllegalStateException("the TorchScript archive cannot be read", e);
        }
    }

    /** Runs a method that returns one tensor. Arguments: tensors, lists of tensors, numbers, booleans, text, long[]. */
    public PtNDArray call(String method, Object... arguments) {
        return tensor(run(method, arguments));
    }

    /** Lets dropout and batch normalization do what they do outside of training. */
    public ScriptModule forInference() {
        PyTorchLibrary.LIB.moduleEval(handle);
        return this;
    }

    /**
     * Runs a method that returns a tensor, or a tuple whose first is one.
     *
     * @throws IllegalStateException if it returns anything else
     */
    public PtNDArray callForFirst(String method, Object... arguments) {
        long[] parts = parts(run(method, arguments));
        try {
            if (parts.length == 0 || !PyTorchLibrary.LIB.iValueIsTensor(parts[0])) {
                throw new IllegalStateException(method + " gave neither a tensor nor a tuple that begins with one");
            }
            return new PtNDArray(owner, PyTorchLibrary.LIB.iValueToTensor(parts[0]));
        } finally {
            for (long part : parts) {
                PyTorchLibrary.LIB.torchDeleteIValue(part);
            }
        }
    }

    private static long[] parts(long result) {
        if (!PyTorchLibrary.LIB.iValueIsTuple(result)) {
            return new long[] {result};
        }
        try {
            return PyTorchLibrary.LIB.iValueToIValueTuple(result);
        } finally {
            PyTorchLibrary.LIB.torchDeleteIValue(result);
        }
    }

    private PtNDArray tensor(long value) {
        try {
            return new PtNDArray(owner, PyTorchLibrary.LIB.iValueToTensor(value));
        } finally {
            PyTorchLibrary.LIB.torchDeleteIValue(value);
        }
    }

    /** Runs a method that returns a list of tensors. */
    public PtNDArray[] callForList(String method, Object... arguments) {
        long result = run(method, arguments);
        try {
            long[] handles = PyTorchLibrary.LIB.iValueToTensorList(result);
            PtNDArray[] tensors = new PtNDArray[handles.length];
            for (int i = 0; i < handles.length; i++) {
                tensors[i] = new PtNDArray(owner, handles[i]);
            }
            return tensors;
        } finally {
            PyTorchLibrary.LIB.torchDeleteIValue(result);
        }
    }

    /** Runs a method that returns a number. */
    public double callForDouble(String method, Object... arguments) {
        long result = run(method, arguments);
        try {
            return PyTorchLibrary.LIB.iValueToDouble(result);
        } finally {
            PyTorchLibrary.LIB.torchDeleteIValue(result);
        }
    }

    /** Methods run in this process so far. */
    public static long calls() {
        return CALLS.sum();
    }

    /** No call begins after it. */
    private static void awaitLastCall() {
        try {
            RUNNING.writeLock().tryLock(LONGEST_CALL_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private long run(String method, Object... arguments) {
        RUNNING.readLock().lock();
        try {
            return runLocked(method, arguments);
        } finally {
            RUNNING.readLock().unlock();
        }
    }

    private long runLocked(String method, Object... arguments) {
        CALLS.increment();
        long[] values = new long[arguments.length];
        int filled = 0;
        try {
            for (; filled < values.length; filled++) {
                values[filled] = toIValue(arguments[filled]);
            }
            before.accept(method);
            return PyTorchLibrary.LIB.moduleRunMethod(handle, method, values, KEEP_GRADIENTS, OWN_CUDA_STREAM);
        } catch (RuntimeException e) {
            throw OutOfDeviceMemoryException.of(e)
                    .map(RuntimeException.class::cast)
                    .orElse(e);
        } finally {
            for (int i = 0; i < filled; i++) {
                PyTorchLibrary.LIB.torchDeleteIValue(values[i]);
            }
        }
    }

    private static long toIValue(Object argument) {
        if (argument instanceof PtNDArray tensor) {
            return PyTorchLibrary.LIB.iValueFromTensor(tensor.getHandle());
        } else if (argument instanceof Integer || argument instanceof Long) {
            return PyTorchLibrary.LIB.iValueFromLong(((Number) argument).longValue());
        } else if (argument instanceof Double || argument instanceof Float) {
            return PyTorchLibrary.LIB.iValueFromDouble(((Number) argument).doubleValue());
        } else if (argument instanceof Boolean flag) {
            return PyTorchLibrary.LIB.iValueFromBool(flag);
        } else if (argument instanceof String text) {
            return PyTorchLibrary.LIB.iValueFromString(text);
        } else if (argument instanceof long[] numbers) {
            return PyTorchLibrary.LIB.iValueFromLongList(numbers);
        } else if (argument instanceof List<?> tensors) {
            long[] handles = tensors.stream()
                    .mapToLong(tensor -> ((PtNDArray) tensor).getHandle())
                    .toArray();
            return PyTorchLibrary.LIB.iValueFromTensorList(handles);
        }
        throw new IllegalArgumentException("no TorchScript type for " + argument);
    }
}
