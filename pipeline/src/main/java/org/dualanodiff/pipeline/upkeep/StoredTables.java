package org.dualanodiff.pipeline.upkeep;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.dualanodiff.pipeline.UserError;
import org.dualanodiff.pipeline.export.PublishTable.PublishedTable;
import org.dualanodiff.pipeline.export.TableCatalog;
import org.dualanodiff.pipeline.export.TableCatalog.TableName;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.ObjectStore.StoredFile;
import org.dualanodiff.pipeline.store.StoreException;
import org.dualanodiff.pipeline.store.StoreLayout;
import org.dualanodiff.pipeline.upkeep.CollectGarbage.FoundGarbage;
import org.dualanodiff.pipeline.upkeep.GarbageRules.AgeLimits;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The Iceberg tables that have files of a store, as the store's own records say, with their catalogs open. */
final class StoredTables implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(StoredTables.class);

    private final List<TableCatalog> catalogs = new ArrayList<>();
    private final List<TableGarbage> tables = new ArrayList<>();
    /** Whether one of them cannot be read, so that nobody knows what it names. */
    private boolean unknown;

    /**
     * @param catalogOf opens the catalog of a table
     * @throws StoreException if one cannot be read and the rules depend on what it names
     */
    StoredTables(ObjectStore store, GarbageRules rules, AgeLimits limits, Function<TableName, TableCatalog> catalogOf) {
        try {
            for (StoredFile record : store.list(StoreLayout.TABLES)) {
                open(store, record.key(), rules, limits, catalogOf);
            }
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private void open(
            ObjectStore store,
            String record,
            GarbageRules rules,
            AgeLimits limits,
            Function<TableName, TableCatalog> catalogOf) {
        try {
            TableName name =
                    TableName.parse(store.read(record, PublishedTable.class).table());
            TableCatalog catalog = catalogOf.apply(name);
            catalogs.add(catalog);
            tables.add(new TableGarbage(name, catalog, rules, limits));
        } catch (UserError e) {
            if (rules.concernTables()) {
                throw new StoreException(
                        "what a table names stays, and this one cannot be read: %s; if it was dropped, delete %s"
                                .formatted(e.getMessage(), store.uri(record)),
                        e);
            }
            LOG.warn("no pairs go, since a table may name any: {}", e.getMessage());
            unknown = true;
        }
    }

    List<FoundGarbage> garbage() {
        return tables.stream().flatMap(table -> table.find().stream()).toList();
    }

    /** Addresses of the files that their snapshots name, without those that are to go; empty if nobody knows. */
    Optional<Set<String>> named() {
        Set<String> named = new HashSet<>();
        tables.forEach(table -> named.addAll(table.named()));
        return unknown ? Optional.empty() : Optional.of(named);
    }

    @Override
    public void close() {
        catalogs.forEach(TableCatalog::close);
    }
}
