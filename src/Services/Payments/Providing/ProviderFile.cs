using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Tessera.Payments;

/// <summary>The books in a file that is none of the service's.</summary>
internal sealed class ProviderFile : IProviderRecord, IDisposable
{
    // The process may be killed at any time and loses nothing. A loss of power may cost the last charges, which the
    // service then asks for again: a pretended bank needs no more.
    private const string Schema =
        """
        pragma journal_mode = wal;
        pragma synchronous = normal;
        pragma busy_timeout = 5000;
        create table if not exists calls (idempotency_key text not null primary key, calls integer not null) strict;
        create table if not exists charges (idempotency_key text not null primary key, amount_minor integer not null,
            currency text not null, decline_reason text null, charged_at text not null) strict;
        create table if not exists refunds (idempotency_key text not null primary key,
            charge_key text not null unique references charges (idempotency_key),
            amount_minor integer not null, refunded_at text not null) strict;
        """;

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly SqliteConnection _connection;

    public ProviderFile(string file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        _connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ToString());
        _connection.Open();
        Execute(null, Schema);
    }

    public Task<Charge> ChargeAsync(
        CaptureRequest request, string? declineReason, int failures, DateTimeOffset now, CancellationToken stop) =>
        InTurnAsync<Charge?, Charge>(transaction =>
        {
            var key = request.IdempotencyKey;
            Execute(transaction,
                "insert into calls values ($1, 1) on conflict (idempotency_key) do update set calls = calls + 1", key);
            var calls = Convert.ToInt32(Scalar(transaction, "select calls from calls where idempotency_key = $1", key),
                CultureInfo.InvariantCulture);
            if (calls <= failures) return null;
            Execute(transaction, "insert into charges values ($1, $2, $3, $4, $5) on conflict do nothing",
                key, request.AmountMinor, request.Currency, declineReason, Text(now));
            var known = Convert.ToInt64(
                Scalar(transaction, "select amount_minor from charges where idempotency_key = $1", key),
                CultureInfo.InvariantCulture);
            if (known != request.AmountMinor)
                throw new PaymentProviderException($"The key {key} was used for {known}, not {request.AmountMinor}.");
            var reason =
                Scalar(transaction, "select decline_reason from charges where idempotency_key = $1", key) as string;
            return new Charge(calls, reason);
        }, charge => charge ?? throw new PaymentProviderException("The provider is busy; try again."), stop);

    public Task RefundAsync(RefundRequest request, DateTimeOffset now, CancellationToken stop) =>
        InTurnAsync(transaction =>
        {
            var charged = Scalar(transaction,
                "select amount_minor from charges where idempotency_key = $1 and decline_reason is null",
                request.ChargeKey);
            if (charged is not long amount || amount != request.AmountMinor)
                throw new PaymentProviderException($"There is no charge {request.ChargeKey} of {request.AmountMinor}.");
            Execute(transaction, "insert into refunds values ($1, $2, $3, $4) on conflict (idempotency_key) do nothing",
                request.IdempotencyKey, request.ChargeKey, request.AmountMinor, Text(now));
            return true;
        }, done => done, stop);

    public void Dispose()
    {
        _connection.Dispose();
        _turn.Dispose();
    }

    /// <param name="answer">Runs after the commit: what it throws undoes nothing.</param>
    private async Task<TAnswer> InTurnAsync<TResult, TAnswer>(
        Func<SqliteTransaction, TResult> act, Func<TResult, TAnswer> answer, CancellationToken stop)
    {
        await _turn.WaitAsync(stop);
        try
        {
            await using var transaction = _connection.BeginTransaction(deferred: false);
            var result = act(transaction);
            await transaction.CommitAsync(stop);
            return answer(result);
        }
        finally
        {
            _turn.Release();
        }
    }

    private void Execute(SqliteTransaction? transaction, string sql, params object?[] parameters)
    {
        using var command = Command(transaction, sql, parameters);
        command.ExecuteNonQuery();
    }

    private object? Scalar(SqliteTransaction? transaction, string sql, params object?[] parameters)
    {
        using var command = Command(transaction, sql, parameters);
        return command.ExecuteScalar();
    }

    private SqliteCommand Command(SqliteTransaction? transaction, string sql, object?[] parameters)
    {
        var command = _connection.CreateCommand();
#pragma warning disable CA2100 // The statements above are all there are.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.Transaction = transaction;
        for (var number = 0; number < parameters.Length; number++)
            command.Parameters.AddWithValue($"${number + 1}", parameters[number] ?? DBNull.Value);
        return command;
    }

    private static string Text(DateTimeOffset time) => time.ToString("O", CultureInfo.InvariantCulture);
}
