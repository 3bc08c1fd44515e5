package org.dualanodiff.jobs.spark;

import java.util.Map;
import java.util.TreeMap;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;

/**
 * Tells S3 what a file is, so that a browser shows a page of the store instead of saving it. S3A says of every file that it is
 * bytes, and has no setting for that; it lets others look at its requests.
 */
public final class ContentTypes implements ExecutionInterceptor {

    private static final String INTERCEPTORS = "fs.s3a.audit.execution.interceptors";

    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "txt", "text/plain; charset=utf-8",
            "md", "text/markdown; charset=utf-8",
            "json", "application/json",
            "png", "image/png");

    /** Hadoop properties with this among those that look at S3A's requests. */
    static Map<String, String> added(Map<String, String> properties) {
        Map<String, String> with = new TreeMap<>(properties);
        with.merge(INTERCEPTORS, ContentTypes.class.getName(), (others, own) -> others + "," + own);
        return with;
    }

    @Override
    public SdkRequest modifyRequest(Context.ModifyRequest context, ExecutionAttributes attributes) {
        if (context.request() instanceof PutObjectRequest put) {
            String type = TYPES.get(put.key().substring(put.key().lastIndexOf('.') + 1));
            return type == null ? put : put.toBuilder().contentType(type).build();
        }
        return context.request();
    }
}
