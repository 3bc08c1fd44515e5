package org.dualanodiff.pipeline.store;

import java.nio.file.AccessDeniedException;
import java.nio.file.InvalidPathException;
import java.nio.file.NotDirectoryException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The JDK's file exceptions carry a bare path as their message; these are the words that belong to it. */
final class Reasons {
    /** @param exceptions simple names, as a regular expression */
    private record Known(String exceptions, String words) {}

    /** The more telling first: the clients wrap one exception in another. */
    private static final List<Known> KNOWN = List.of(
            new Known(
                    "NoAuthWithAWSException|NoAwsCredentialsException",
                    "no credentials found; give them by the standard provider chain, such as AWS_ACCESS_KEY_ID and"
                            + " AWS_SECRET_ACCESS_KEY or an instance's role"),
            new Known("UnknownStoreException", "there is no such bucket; check its name and the endpoint"),
            new Known(
                    "AWSRedirectException",
                    "the bucket is in another region; set fs.s3a.endpoint.region or the region's own fs.s3a.endpoint"),
            new Known(
                    "UnknownHostException", "the host of its endpoint is unknown; check the address and the endpoint"),
            new Known("ConnectException", "nobody answers at its endpoint; check the address and the network"),
            new Known("NoRouteToHostException", "there is no way to its endpoint; check the address and the network"),
            new Known("ConnectTimeoutException", "no answer from its endpoint; check the address and the network"),
            new Known(
                    "AccessDeniedException",
                    "access denied; check the credentials and what they allow (list, read, write, delete)"));

    private Reasons() {}

    static String of(Exception e) {
        if (e instanceof InvalidPathException) {
            return "%s; this JVM writes file names as %s: start it with LC_ALL=C.UTF-8 if the name is not plain ASCII"
                    .formatted(e.getMessage(), System.getProperty("sun.jnu.encoding"));
        }
        if (e.getCause() != null) {
            Optional<String> remote = remote(e);
            if (remote.isPresent()) {
                return remote.get();
            }
        }
        if (e instanceof AccessDeniedException) {
            return "permission denied for " + e.getMessage();
        }
        if (e instanceof NotDirectoryException || e instanceof java.nio.file.FileAlreadyExistsException) {
            return e.getMessage() + " is a file where a folder is needed";
        }
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    /**
     * What the clients of object stores throw, in words for the person who can act. Told apart by the names of exceptions,
     * since S3A's and the AWS SDK's own are not on this module's class path. Empty for failures of any other kind, such as a
     * request that timed out: those may pass.
     */
    static Optional<String> remote(Throwable failure) {
        return KNOWN.stream()
                .filter(known -> causes(failure)
                        .anyMatch(cause -> cause.getClass().getSimpleName().matches(known.exceptions())))
                .map(known -> "%s (%s)".formatted(known.words(), brief(failure)))
                .findFirst();
    }

    private static Stream<Throwable> causes(Throwable failure) {
        return Stream.iterate(failure, cause -> cause != null, Throwable::getCause);
    }

    /** The first line of the deepest message; S3A's own repeats it with every layer. */
    private static String brief(Throwable failure) {
        Throwable deepest = causes(failure).reduce((outer, inner) -> inner).orElse(failure);
        return String.valueOf(deepest.getMessage()).lines().findFirst().orElse("");
    }
}
