/** What keeps a run from working, found out before it works: on the driver, and once in each executor's JVM. */
package org.dualanodiff.jobs.preflight;
