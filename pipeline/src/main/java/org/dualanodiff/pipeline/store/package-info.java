/**
 * What the pipeline keeps: files under one root (local disk, HDFS or S3), the adapters trained so far, and what each
 * run did.
 *
 * <p>{@link org.dualanodiff.pipeline.store.ObjectStore} moves bytes, {@link org.dualanodiff.pipeline.store.StoreLayout}
 * names them, {@link org.dualanodiff.pipeline.store.AdapterRegistry} and
 * {@link org.dualanodiff.pipeline.store.RunRegistry} give them meaning. Hadoop's types stay inside this package.
 */
package org.dualanodiff.pipeline.store;
