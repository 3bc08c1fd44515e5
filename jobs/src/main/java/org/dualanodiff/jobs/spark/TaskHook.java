package org.dualanodiff.jobs.spark;

/**
 * Called where native work begins and before a commit, so that tests can have a machine fail there: the system property
 * {@value #PROPERTY} of the JVM names a class on its class path that implements this. Absent in production.
 */
@FunctionalInterface
public interface TaskHook {

    String PROPERTY = "dualanodiff.test.hook";

    /**
     * @param stage {@code train} or {@code generate}; {@code commit} in the driver
     * @param unit such as {@code hazelnut/crack}
     */
    void at(String stage, String unit) throws Exception;

    /** @throws Exception what the hook throws, if there is one */
    public static void call(String stage, String unit) throws Exception {
        String name = System.getProperty(PROPERTY);
        if (name != null) {
            Class<?> hook = Class.forName(name, true, Thread.currentThread().getContextClassLoader());
            ((TaskHook) hook.getDeclaredConstructor().newInstance()).at(stage, unit);
        }
    }
}
