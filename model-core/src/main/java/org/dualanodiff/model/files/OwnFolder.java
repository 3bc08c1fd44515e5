package org.dualanodiff.model.files;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.Optional;
import java.util.Set;

/**
 * Whose a folder is. In a folder for temporary files anybody can make one under the name that somebody else is going to
 * look for, and fill it with libraries and weights of his own. Where a file system knows no owners, nothing is checked.
 */
public final class OwnFolder {
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rwx------");
    private static final String SUPER_USER = "root";

    private OwnFolder() {}

    /**
     * A folder that this user alone can enter; made if it is not there.
     *
     * @throws IOException if it cannot be made, or what is there is somebody else's, open to others, or a link
     */
    public static Path secluded(Path folder) throws IOException {
        if (!knowsOwners()) {
            return Files.createDirectories(folder);
        }
        Files.createDirectories(folder.toAbsolutePath().getParent());
        try {
            Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        } catch (FileAlreadyExistsException e) {
            requireSecluded(folder);
        }
        return folder;
    }

    private static void requireSecluded(Path folder) throws IOException {
        PosixFileAttributes found = attributes(folder);
        if (!found.isDirectory() || !found.owner().equals(Self.USER) || !OWNER_ONLY.equals(found.permissions())) {
            throw new IOException("%s must be a folder of %s with mode rwx------, found one of %s with %s; remove it"
                    .formatted(
                            folder,
                            Self.USER.getName(),
                            found.owner().getName(),
                            PosixFilePermissions.toString(found.permissions())));
        }
    }

    /**
     * Why what lies in a folder may be by somebody who is not trusted; empty if it is this user's, the super user's, or of
     * the owner of the folder that it lies in, unless everybody may write to it: this user was told to look there.
     */
    public static Optional<String> distrust(Path folder) throws IOException {
        if (!knowsOwners()) {
            return Optional.empty();
        }
        PosixFileAttributes found = attributes(folder);
        PosixFileAttributes above =
                Files.readAttributes(folder.toAbsolutePath().getParent(), PosixFileAttributes.class);
        if (!found.isDirectory()) {
            return Optional.of("it is no folder of its own but a link or a file");
        } else if (mayAllWrite(found)) {
            return Optional.of("everybody may write to it");
        }
        UserPrincipal owner = found.owner();
        boolean trusted = owner.equals(Self.USER)
                || owner.getName().equals(SUPER_USER)
                || owner.equals(above.owner()) && !mayAllWrite(above);
        return trusted ? Optional.empty() : Optional.of("it belongs to " + owner.getName());
    }

    private static boolean mayAllWrite(PosixFileAttributes folder) {
        return folder.permissions().contains(PosixFilePermission.OTHERS_WRITE);
    }

    private static PosixFileAttributes attributes(Path folder) throws IOException {
        return Files.readAttributes(folder, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    }

    private static boolean knowsOwners() {
        return FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
    }

    /** By what it makes: a user of a container may have a number and no name. */
    private static final class Self {
        private static final UserPrincipal USER = user();

        private static UserPrincipal user() {
            try {
                Path mine = Files.createTempFile("dualanodiff-owner-", "");
                try {
                    return Files.getOwner(mine);
                } finally {
                    Files.delete(mine);
                }
            } catch (IOException e) {
                throw new UncheckedIOException("cannot write to the folder for temporary files; set TMPDIR", e);
            }
        }
    }
}
