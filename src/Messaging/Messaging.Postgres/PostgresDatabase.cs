using System.Data;
using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Options;
using Npgsql;
using Tessera.Messaging.Store;

namespace Tessera.Messaging.Postgres;

/// <summary>The pool of connections to the service's database.</summary>
/// <remarks>
/// No state of a session outlives a transaction here (no session locks, no LISTEN, no SET), so the pool skips the reset
/// on return, and everything works behind a transaction pooler.
/// </remarks>
public sealed class PostgresDatabase : IDatabase, IAsyncDisposable
{
    /// <summary>
    /// A plan is kept as long as its connection lives, and may have been made while its table was empty: then reading
    /// all of it cost nothing. So a statement of the library goes by an index wherever there is one, whatever the
    /// statistics say, and looks rows up instead of joining whole tables. Where there is no index the server reckons
    /// with a price at which it would compile the statement first; so that is off too.
    /// </summary>
    private const string PlanByIndex = """
        set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),
            set_config('enable_mergejoin', 'off', true), set_config('jit', 'off', true)
        """;

    /// <summary>Before a statement of the library among those of a service: as <see cref="PlanByIndex"/>, and what was
    /// set before is kept for <see cref="PlanAsBefore"/>.</summary>
    internal const string PlanOwn = $"""
        select set_config('tessera.enable_seqscan', current_setting('enable_seqscan'), true),
            set_config('tessera.enable_hashjoin', current_setting('enable_hashjoin'), true),
            set_config('tessera.enable_mergejoin', current_setting('enable_mergejoin'), true),
            set_config('tessera.jit', current_setting('jit'), true), {PlanByIndex}
        """;

    internal const string PlanAsBefore = """
        select set_config('enable_seqscan', current_setting('tessera.enable_seqscan'), true),
            set_config('enable_hashjoin', current_setting('tessera.enable_hashjoin'), true),
            set_config('enable_mergejoin', current_setting('tessera.enable_mergejoin'), true),
            set_config('jit', current_setting('tessera.jit'), true)
        """;

    /// <summary>Builds the pool; nothing is connected yet.</summary>
    public PostgresDatabase(IOptions<PostgresStoreOptions> options)
    {
        Options = options.Value;
        var address = new NpgsqlDataSourceBuilder(ConnectionString(Options));
        // Its metrics bear the name: without one they would bear the address.
        address.Name = address.ConnectionStringBuilder.Database ?? "postgres";
        address.ConfigureTracing(NameSpans);
        DataSource = address.Build();
        var idleMs = (int)Options.IdleInTransactionTimeout.TotalMilliseconds;
        Settings = string.Create(CultureInfo.InvariantCulture,
            $"select set_config('idle_in_transaction_session_timeout', '{idleMs}', true)")
            + (Options.PlanByIndex ? ", " + PlanByIndex : "");
    }

    /// <summary>The shared pool, for health checks and for EF Core's <c>UseNpgsql</c>.</summary>
    public NpgsqlDataSource DataSource { get; }

    /// <inheritdoc/>
    public string Engine => "postgres";

    internal PostgresStoreOptions Options { get; }

    /// <summary>What every transaction begins with; it answers with a row. Should this process freeze, the server ends
    /// the transaction and frees its locks.</summary>
    internal string Settings { get; }

    /// <inheritdoc/>
    public Task<List<T>> QueryAsync<T>(
        string sql, object?[] parameters, Func<StoreReader, T> read, CancellationToken stop) =>
        QueryAsync(Options.PlanByIndex, sql, parameters, read, stop);

    /// <summary>For statements of the library.</summary>
    internal Task<List<T>> QueryOwnAsync<T>(
        string sql, object?[] parameters, Func<StoreReader, T> read, CancellationToken stop) =>
        QueryAsync(byIndex: true, sql, parameters, read, stop);

    internal Task<List<T>> QueryOwnAsync<T>(
        NpgsqlBatchCommand query, Func<StoreReader, T> read, CancellationToken stop) =>
        QueryAsync(byIndex: true, query, read, stop);

    private async Task<List<T>> QueryAsync<T>(
        bool byIndex, string sql, object?[] parameters, Func<StoreReader, T> read, CancellationToken stop)
    {
        var query = new NpgsqlBatchCommand(sql);
        Parameters.AddAll(query.Parameters, parameters);
        return await QueryAsync(byIndex, query, read, stop).ConfigureAwait(false);
    }

    private async Task<List<T>> QueryAsync<T>(
        bool byIndex, NpgsqlBatchCommand query, Func<StoreReader, T> read, CancellationToken stop)
    {
        await using var connection = await DataSource.OpenConnectionAsync(stop).ConfigureAwait(false);
        try
        {
            await using var batch = new NpgsqlBatch(connection);
            if (byIndex) batch.BatchCommands.Add(new NpgsqlBatchCommand("select " + PlanByIndex));
            batch.BatchCommands.Add(query);
            await using var reader = await batch.ExecuteReaderAsync(stop).ConfigureAwait(false);
            if (byIndex) await reader.NextResultAsync(stop).ConfigureAwait(false);
            return await PostgresReader.ReadAllAsync(reader, read, stop).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            ForgetPrepared(connection, failure);
            throw;
        }
    }

    /// <summary>A statement that fails as its values are bound, when Npgsql is about to prepare it, it takes for
    /// prepared without knowing the columns of its answer: who runs it next loses the connection (npgsql#6391). So
    /// after such a failure nothing counts as prepared on this connection.</summary>
    internal void ForgetPrepared(NpgsqlConnection connection, Exception failure)
    {
        if (!Options.PreparedStatements || !PostgresErrors.MayBeOfBinding(failure)
            || connection.State != ConnectionState.Open)
        {
            return;
        }
        try
        {
            connection.UnprepareAll();
        }
        catch (Exception broken) when (broken is NpgsqlException or InvalidOperationException)
        {
            // The connection is gone, and what was prepared with it.
        }
    }

    /// <inheritdoc/>
    public async ValueTask<DbConnection> OpenAsync(CancellationToken stop) =>
        await DataSource.OpenConnectionAsync(stop).ConfigureAwait(false);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => DataSource.DisposeAsync();

    /// <summary>What is done for somebody whose trace is kept is a span by the statement's name; what the library looks
    /// for by itself, again and again, would bury the traces of those.</summary>
    private static void NameSpans(NpgsqlTracingOptionsBuilder tracing) => tracing
        .ConfigureCommandFilter(_ => IsWanted)
        .ConfigureBatchFilter(_ => IsWanted)
        .ConfigureCommandSpanNameProvider(command => StatementName.Of(command.CommandText))
        .ConfigureBatchSpanNameProvider(NameOf)
        .ConfigureCommandEnrichmentCallback(
            (span, command) => span.SetTag("db.query.summary", StatementName.Of(command.CommandText)))
        .ConfigureBatchEnrichmentCallback((span, batch) => span.SetTag("db.query.summary", NameOf(batch)))
        .EnableFirstResponseEvent(false)
        .EnablePhysicalOpenTracing(false);

    private static bool IsWanted => Activity.Current is { Recorded: true };

    /// <summary>Without the settings that go before, and the end of the transaction where anything else is there.
    /// </summary>
    private static string NameOf(NpgsqlBatch batch)
    {
        var statements = batch.BatchCommands.Cast<NpgsqlBatchCommand>().Select(command => command.CommandText)
            .Where(sql => !sql.StartsWith("select set_config(", StringComparison.Ordinal)).ToList();
        if (statements.Count > 1) statements.RemoveAll(sql => sql == "commit");
        return StatementName.Of(statements.Count > 0 ? statements : ["select"]);
    }

    private static string ConnectionString(PostgresStoreOptions options)
    {
        var text = new NpgsqlConnectionStringBuilder(options.ConnectionString)
        {
            MaxPoolSize = options.PoolSizeMax,
            CommandTimeout = (int)Math.Ceiling(options.CommandTimeout.TotalSeconds),
            Timeout = (int)Math.Ceiling(options.ConnectTimeout.TotalSeconds),
            CancellationTimeout = 2000,
            TcpKeepAlive = true,
            NoResetOnClose = true,
            Enlist = false,
            IncludeFailedBatchedCommand = true,
            MaxAutoPrepare = options.PreparedStatements ? 200 : 0,
            AutoPrepareMinUsages = 2,
        };
        if (string.IsNullOrEmpty(text.ApplicationName)) text.ApplicationName = "tessera";
        return text.ConnectionString;
    }
}
