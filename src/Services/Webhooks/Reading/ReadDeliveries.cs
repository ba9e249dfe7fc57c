using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Tessera.Messaging.Store;
using Tessera.ServiceDefaults;
using Tessera.Webhooks.Contracts;

namespace Tessera.Webhooks;

internal static class ReadDeliveries
{
    private const int TriesMax = 50;

    private const string Columns =
        "id, type, event_key, state, attempts, created_at, due_at, ended_at, status, fault";

    public static async Task<Results<Ok<DeliveryPage>, ProblemHttpResult>> List(
        Guid id, string? state, string? type, DateTimeOffset? from, DateTimeOffset? to, Caller caller,
        EndpointStore endpoints, IDatabase database, CancellationToken stop,
        Cursor? before = null, [Range(1, 100)] int size = 20)
    {
        if (await endpoints.FindAsync(id, caller, stop) is null) return ReadEndpoints.Missing(id);
        var (at, last) = before is null ? (null, null) : PlaceOf(before);
        var filter = new SqlFilter(id)
            .And("state = {0}", state)
            .And("type = {0}", type)
            .And("created_at >= {0}", from?.ToUniversalTime())
            .And("created_at < {0}", to?.ToUniversalTime())
            .And("(created_at, id) < ({0}, {1})", at, last);
        var rows = await database.QueryAsync(
            $"""
            select {Columns} from deliveries where endpoint = $1{filter.Text}
            order by created_at desc, id desc limit {size + 1}
            """,
            filter.Parameters, ReadSummary, stop);
        var (items, next) = Cursor.Page(rows, size, end => Cursor.Of(
            end.CreatedAt.ToString("O", CultureInfo.InvariantCulture), end.Id.ToString()));
        return TypedResults.Ok(new DeliveryPage(items, next));
    }

    public static async Task<Results<Ok<DeliveryView>, ProblemHttpResult>> One(
        Guid id, Guid delivery, Caller caller, EndpointStore endpoints, IDatabase database, CancellationToken stop)
    {
        if (await endpoints.FindAsync(id, caller, stop) is null) return ReadEndpoints.Missing(id);
        var found = await database.QueryAsync(
            $"select {Columns}, body from deliveries where id = $1 and endpoint = $2", [delivery, id],
            row => (Summary: ReadSummary(row), Body: row.GetString(10)), stop);
        if (found.Count == 0) return Missing(delivery);
        var tries = await database.QueryAsync(
            $"""
            select number, at, url, took_ms, status, fault, answer from attempts where delivery = $1
            order by number desc limit {TriesMax}
            """,
            [delivery],
            row => new DeliveryTry(
                row.GetInt32(0), row.GetTime(1), row.GetString(2), row.GetInt64(3), NumberOrNull(row, 4),
                row.GetStringOrNull(5), row.GetStringOrNull(6)),
            stop);
        tries.Reverse();
        return TypedResults.Ok(new DeliveryView(found[0].Summary, found[0].Body, tries));
    }

    public static ProblemHttpResult Missing(Guid delivery) => TypedResults.Problem(
        $"The endpoint has no delivery {delivery}.", statusCode: StatusCodes.Status404NotFound);

    private static DeliverySummary ReadSummary(StoreReader row) => new(
        row.GetGuid(0), MessageId.Text(row.GetGuid(0)), row.GetString(1), row.GetString(2), row.GetString(3),
        row.GetInt32(4), row.GetTime(5), row.GetTimeOrNull(6), row.GetTimeOrNull(7), NumberOrNull(row, 8),
        row.GetStringOrNull(9));

    private static int? NumberOrNull(StoreReader row, int column) => row.IsNull(column) ? null : row.GetInt32(column);

    private static (object? At, object? Id) PlaceOf(Cursor cursor)
    {
        var parts = cursor.Parts(2);
        return DateTimeOffset.TryParse(
                parts[0], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
            && Guid.TryParse(parts[1], out var id)
                ? (at.ToUniversalTime(), id)
                : throw Cursor.Foreign();
    }
}
