using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tessera.Messaging;
using Tessera.Messaging.Store;
using Tessera.Orders.Contracts;

namespace Tessera.Payments;

/// <summary>All that Payments does about a buyer whose account is gone. What stands for the card goes from the
/// payments, and from requests that could not be handled: they wait for an operator, or were discarded or changed by
/// one.</summary>
internal sealed class ForgetBuyer(PaymentStore payments, UnitOfWork work, IDatabase database)
{
    private const string Method = "paymentMethod";

    // As the consumer reads it.
    private static readonly JsonNodeOptions anyCase = new() { PropertyNameCaseInsensitive = true };

    // Where the library keeps bodies, and the event that each is of.
    private static readonly (string Table, string Event, string Body)[] bodies =
    [
        ("msg_parked", "event_id", "data"),
        ("msg_audit", "event_id", "data"),
        ("msg_audit", "new_event_id", "new_data"),
    ];

    /// <summary>Of a batch, before the first: the payments of all these buyers are locked in one order.</summary>
    public Task ExpectAsync(IEnumerable<Guid> buyers, CancellationToken stop) =>
        payments.ExpectErasureAsync([.. buyers.Distinct()], stop);

    public async Task HandleAsync(Guid buyer, CancellationToken stop)
    {
        await payments.ForgetAsync(buyer, stop);
        foreach (var place in bodies) await ForgetAsync(place.Table, place.Event, place.Body, buyer, stop);
    }

    private async Task ForgetAsync(string table, string id, string body, Guid buyer, CancellationToken stop)
    {
        // What is being handled again at this moment is left: the second look finds it where it comes to lie.
        var kept = await work.QueryAsync(
            $"select {id}, {body} from {table} where type = $1 and {Contains(body)}{database.ForUpdateSkipLocked()}",
            [PaymentRequested.EventType, buyer.ToString()],
            row => (Event: row.GetGuid(0), Body: row.GetBytes(1)), stop);
        foreach (var (request, text) in kept)
        {
            if (WithoutMethod(text) is not { } rest) continue;
            work.Enqueue($"update {table} set {body} = $2 where {id} = $1 and {body} is not null", request, rest);
        }
    }

    /// <summary>What is parked may be anything: of what cannot be read, nothing is kept.</summary>
    /// <returns>Null when nothing stands for a card.</returns>
    private static byte[]? WithoutMethod(byte[] body)
    {
        try
        {
            if (JsonNode.Parse(body, anyCase) is not JsonObject said || said[Method] is null) return null;
            if (said[Method] is JsonValue value && value.TryGetValue(out string? known) && known.Length == 0)
                return null;
            said[Method] = "";
            return Encoding.UTF8.GetBytes(said.ToJsonString());
        }
        catch (Exception broken) when (broken is JsonException or ArgumentException)
        {
            return "{}"u8.ToArray();
        }
    }

    /// <summary>Only of the erased: there may be many bodies.</summary>
    private string Contains(string body) => database.Engine == "sqlite"
        ? $"instr(lower(cast({body} as text)), $2) > 0"
        : $"(position(convert_to($2, 'UTF8') in {body}) > 0 or position(convert_to(upper($2), 'UTF8') in {body}) > 0)";
}
