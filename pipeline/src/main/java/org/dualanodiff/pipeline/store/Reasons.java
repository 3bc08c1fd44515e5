package org.dualanodiff.pipeline.store;

import java.nio.file.AccessDeniedException;
import java.nio.file.InvalidPathException;
import java.nio.file.NotDirectoryException;
import java.util.Optional;

/** The JDK's file exceptions carry a bare path as their message; these are the words that belong to it. */
final class Reasons {
    private Reasons() {}

    static String of(Exception e) {
        if (e instanceof InvalidPathException) {
            return "%s; this JVM writes file names as %s: start it with LC_ALL=C.UTF-8 if the name is not plain ASCII"
                    .formatted(e.getMessage(), System.getProperty("sun.jnu.encoding"));
        }
        if (e.getCause() != null) {
            Optional<String> remote = RemoteReasons.of(e);
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
}
