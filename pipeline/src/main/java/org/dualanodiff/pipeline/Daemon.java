package org.dualanodiff.pipeline;

import java.util.concurrent.ThreadFactory;

/** Makes threads of one name that do not keep the JVM alive. */
public record Daemon(String name) implements ThreadFactory {

    @Override
    public Thread newThread(Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        return thread;
    }
}
