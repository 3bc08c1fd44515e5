package org.dualanodiff.pipeline.export;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.OverwriteFiles;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.Transaction;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.SupportsNamespaces;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.CommitStateUnknownException;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.hadoop.HadoopInputFile;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.mapping.MappingUtil;
import org.apache.iceberg.mapping.NameMapping;
import org.apache.iceberg.mapping.NameMappingParser;
import org.apache.iceberg.parquet.ParquetSchemaUtil;
import org.apache.iceberg.parquet.ParquetUtil;
import org.apache.iceberg.util.SnapshotUtil;
import org.dualanodiff.pipeline.UserError;
import org.dualanodiff.pipeline.export.PublishDataset.PublishedDataset;
import org.dualanodiff.pipeline.export.TableCatalog.TableName;
import org.dualanodiff.pipeline.samples.SampleFile;
import org.dualanodiff.pipeline.store.Fingerprint;
import org.dualanodiff.pipeline.store.Json;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.StoreException;
import org.dualanodiff.pipeline.store.StoreLayout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Appends a published data set to a table of Apache Iceberg's: the very files that it names, none is copied or written anew. The
 * table's rows include rejected pairs, as the files do. One publication is one snapshot, whose summary names the runs.
 *
 * <p>What a table has of a run is seen from the table itself, and Iceberg refuses a commit beside which somebody else has
 * committed rows of the same run; then it is looked at again. So a run is in the table once, however often and by however many it
 * is published.
 */
public final class PublishTable {

    private static final Logger LOG = LoggerFactory.getLogger(PublishTable.class);

    /** Begins the keys of a snapshot's summary that are ours; a run's is followed by its id and tells which files it had. */
    private static final String SUMMARY = "dualanodiff.";

    private static final String RUN = "run_id";
    private static final List<String> PARTITION = List.of("category", "defect");
    private static final int ATTEMPTS = 20;

    private final ObjectStore store;
    private final Configuration hadoop;
    private final TableName name;
    private final Map<String, String> properties;

    /**
     * @param hadoop with which the store's files can be read
     * @param properties of the catalog, as Iceberg calls them: {@code type}, {@code uri}, {@code warehouse} and so on
     * @throws UserError if they do not say which catalog it is
     */
    public PublishTable(ObjectStore store, Configuration hadoop, TableName name, Map<String, String> properties) {
        TableCatalog.requireKnown(name, properties);
        this.store = store;
        this.hadoop = hadoop;
        this.name = name;
        this.properties = Map.copyOf(properties);
    }

    /**
     * That a table has files of a store: {@code tables/NAME.json}. Its catalog says which; who clears the store away looks there.
     *
     * @param table its whole name
     */
    public record PublishedTable(String table) {}

    /**
     * @return the new snapshot's number; empty if the table had all of it
     * @throws StoreException if the catalog or the table cannot be used
     */
    public Optional<Long> append(PublishedDataset dataset) {
        store.createIfAbsent(StoreLayout.table(name.toString()), Json.record(new PublishedTable(name.toString())));
        try (TableCatalog catalog = TableCatalog.open(name, properties, hadoop)) {
            return append(table(catalog.catalog(), name.inCatalog()), dataset);
        } catch (StoreException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new StoreException("cannot append to the table %s: %s".formatted(name, e.getMessage()), e);
        }
    }

    private Optional<Long> append(Table table, PublishedDataset dataset) {
        for (int attempt = 1; ; attempt++) {
            table.refresh();
            try {
                return appendOnce(table, dataset);
            } catch (CommitFailedException | CommitStateUnknownException | ValidationException e) {
                if (attempt == ATTEMPTS) {
                    throw e;
                }
                LOG.info("{} is looked at again, since somebody else changed it: {}", table.name(), e.getMessage());
            }
        }
    }

    private Optional<Long> appendOnce(Table table, PublishedDataset dataset) {
        Map<String, List<PublishedDataset.File>> runs = dataset.files().stream()
                .collect(Collectors.groupingBy(PublishedDataset.File::run, TreeMap::new, Collectors.toList()));
        runs.entrySet().removeIf(run -> isPublished(table, run.getKey(), commit(run.getValue())));
        if (runs.isEmpty()) {
            return Optional.empty();
        }
        Map<String, DataFile> standing = standing(table, runs.keySet());
        OverwriteFiles change = table.newOverwrite()
                .conflictDetectionFilter(Expressions.in(RUN, runs.keySet().toArray()))
                .validateNoConflictingData()
                .validateNoConflictingDeletes()
                .set(SUMMARY + "version", dataset.productVersion())
                .set(SUMMARY + "store", store.root());
        Optional.ofNullable(table.currentSnapshot()).ifPresent(from -> change.validateFromSnapshot(from.snapshotId()));
        List<PublishedDataset.File> missing = new ArrayList<>();
        runs.forEach((run, files) -> {
            change.set(SUMMARY + "run." + run, commit(files));
            files.stream()
                    .filter(file -> standing.remove(store.uri(file.key())) == null)
                    .forEach(missing::add);
        });
        if (missing.isEmpty() && standing.isEmpty()) {
            return Optional.empty();
        }
        describe(table, missing).forEach(change::addFile);
        standing.values().forEach(change::deleteFile);
        change.commit();
        return Optional.of(table.currentSnapshot().snapshotId());
    }

    /** Whether a snapshot that is still known, or its successor, has the run with exactly these files. */
    private static boolean isPublished(Table table, String run, String commit) {
        for (Snapshot snapshot : SnapshotUtil.currentAncestors(table)) {
            String published = snapshot.summary().get(SUMMARY + "run." + run);
            if (published != null) {
                return published.equals(commit);
            }
        }
        return false;
    }

    /** Which files of a run these are, for a snapshot's summary. */
    private static String commit(List<PublishedDataset.File> files) {
        Fingerprint.Builder all = Fingerprint.of("files/1");
        files.forEach(file -> all.integer(file.key(), file.bytes()));
        return all.build().shortHex();
    }

    /**
     * The files of some runs that the table has, by address.
     *
     * @throws StoreException if it has rows of these runs in files of its own
     */
    private Map<String, DataFile> standing(Table table, Set<String> runs) {
        List<String> folders = runs.stream()
                .map(run -> store.uri(StoreLayout.samples(run)) + "/")
                .toList();
        Map<String, DataFile> standing = new HashMap<>();
        try (CloseableIterable<FileScanTask> tasks =
                table.newScan().filter(Expressions.in(RUN, runs.toArray())).planFiles()) {
            for (FileScanTask task : tasks) {
                String address = task.file().location();
                if (folders.stream().anyMatch(address::startsWith)) {
                    standing.put(address, task.file());
                } else if (!address.startsWith(store.uri(StoreLayout.SAMPLES) + "/")) {
                    throw new StoreException(
                            "%s may have rows of %s in %s, which is no file of this store: the table was rewritten; delete their rows there, then publish again"
                                    .formatted(table.name(), runs, address));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return standing;
    }

    private List<DataFile> describe(Table table, Collection<PublishedDataset.File> files) {
        PartitionSpec spec = table.spec();
        MetricsConfig metrics = MetricsConfig.forTable(table);
        NameMapping names = NameMappingParser.fromJson(table.properties().get(TableProperties.DEFAULT_NAME_MAPPING));
        return ObjectStore.inParallel(files, file -> {
            String address = store.uri(file.key());
            return DataFiles.builder(spec)
                    .withPath(address)
                    .withFormat(FileFormat.PARQUET)
                    .withFileSizeInBytes(file.bytes())
                    .withMetrics(ParquetUtil.fileMetrics(HadoopInputFile.fromLocation(address, hadoop), metrics, names))
                    .withPartitionValues(List.of(file.category(), file.defect()))
                    .build();
        });
    }

    /** As it is, with columns that it lacks, or made. */
    private static Table table(Catalog catalog, TableIdentifier name) {
        Schema schema = ParquetSchemaUtil.convert(SampleFile.columns());
        if (!catalog.tableExists(name)) {
            create(catalog, name, schema);
        }
        Table table = catalog.loadTable(name);
        List<String> partition = table.spec().fields().stream()
                .filter(field -> field.transform().isIdentity())
                .map(field -> table.schema().findColumnName(field.sourceId()))
                .toList();
        if (!partition.equals(PARTITION) || table.spec().fields().size() != PARTITION.size()) {
            throw new StoreException(
                    "%s is partitioned by %s; the files to be appended are by identity(category), identity(defect): give another table"
                            .formatted(table.name(), table.spec().fields()));
        }
        if (!table.properties().containsKey(TableProperties.DEFAULT_NAME_MAPPING)) {
            throw new StoreException(
                    "%s has no %s, by which the columns of the files are found: let publish make the table"
                            .formatted(table.name(), TableProperties.DEFAULT_NAME_MAPPING));
        }
        table.updateSchema().unionByNameWith(schema).commit();
        return table;
    }

    /** The files have no field ids, so their columns are found by name; and they are the store's, so Iceberg deletes none. */
    private static void create(Catalog catalog, TableIdentifier name, Schema columns) {
        if (catalog instanceof SupportsNamespaces namespaces && !namespaces.namespaceExists(name.namespace())) {
            try {
                namespaces.createNamespace(name.namespace());
            } catch (AlreadyExistsException meanwhile) {
                LOG.debug("{} was made by somebody else", name.namespace());
            }
        }
        PartitionSpec.Builder spec = PartitionSpec.builderFor(columns);
        PARTITION.forEach(spec::identity);
        try {
            Transaction creation = catalog.buildTable(name, columns)
                    .withPartitionSpec(spec.build())
                    .withProperty(TableProperties.FORMAT_VERSION, "2")
                    .withProperty(TableProperties.GC_ENABLED, "false")
                    // Its own lists of what it once was: the last hundred.
                    .withProperty(TableProperties.METADATA_DELETE_AFTER_COMMIT_ENABLED, "true")
                    .withProperty(TableProperties.METRICS_MODE_COLUMN_CONF_PREFIX + RUN, "full")
                    .createTransaction();
            NameMapping names = MappingUtil.create(creation.table().schema());
            creation.updateProperties()
                    .set(TableProperties.DEFAULT_NAME_MAPPING, NameMappingParser.toJson(names))
                    .commit();
            creation.commitTransaction();
        } catch (AlreadyExistsException | CommitFailedException e) {
            LOG.info("{} was made by somebody else: {}", name, e.getMessage());
        }
    }
}
