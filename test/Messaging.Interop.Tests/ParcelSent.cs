using Tessera.Messaging.Store;

namespace Tessera.Messaging.Interop.Tests;

/// <summary>The event that both sides speak of.</summary>
internal sealed record ParcelSent(string Parcel, int Grams)
{
    public const string EventType = "parcels.parcel-sent.v1";
    public const string Stream = "parcels";
}

/// <summary>Writes down what it handles.</summary>
internal sealed class NoteParcelSent(UnitOfWork work, IDatabase database) : IHandle<ParcelSent>
{
    public async Task HandleAsync(ParcelSent message, MessageContext context, CancellationToken stop)
    {
        var number = database.Engine == "postgres"
            ? "bigint generated always as identity"
            : "integer primary key autoincrement";
        await work.ExecuteAsync(
            $"create table if not exists seen (number {number}, parcel text, grams integer, key text, source text)",
            [], stop);
        work.Enqueue(
            "insert into seen (parcel, grams, key, source) values ($1, $2, $3, $4)",
            message.Parcel, message.Grams, context.Envelope.Key, context.Envelope.Source);
    }
}

internal sealed record Seen(string Parcel, int Grams, string Key, string Source);
