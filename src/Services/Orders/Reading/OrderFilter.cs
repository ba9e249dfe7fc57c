using System.Buffers.Binary;

namespace Tessera.Orders;

/// <summary>Which orders are asked for. Each part narrows; ids are UUIDv7 of the time of placing, so that a time is a
/// bound of ids and needs no index of its own.</summary>
internal sealed record OrderFilter(
    Guid? Buyer = null, string? State = null, string? Reference = null, string? Sku = null,
    DateTimeOffset? From = null, DateTimeOffset? To = null)
{
    private const string Open = "Open";

    /// <summary>The statement for one page and its parameters.</summary>
    public (string Sql, object?[] Parameters) Select(string columns, Guid? before, int limit)
    {
        var parameters = new List<object?>();
        var conditions = new List<string>();
        void Where(string condition, object? value)
        {
            if (value is null) return;
            parameters.Add(value);
            conditions.Add($"{condition} ${parameters.Count}");
        }

        // The product's orders are read in the order of their ids too, each then looked up.
        var (source, id) = Sku is null ? ("orders o", "o.id")
            : ("order_products p join orders o on o.id = p.order_id", "p.order_id");
        Where("p.sku =", Sku);
        Where("o.buyer =", Buyer);
        Where("o.stage =", Stage);
        // All others are stages of their own.
        Where("o.state =", Stage == Open ? State : null);
        Where("o.reference =", Reference);
        Where($"{id} >=", IdOf(From));
        Where($"{id} <", IdOf(To));
        Where($"{id} <", before);
        parameters.Add(limit);
        var where = conditions.Count == 0 ? "" : "where " + string.Join(" and ", conditions);
        return ($"select {columns} from {source} {where} order by {id} desc limit ${parameters.Count}",
            [.. parameters]);
    }

    /// <summary>What is indexed in the place of the state, which changes too often: see the column.</summary>
    private string? Stage => State is nameof(OrderState.Placed) or nameof(OrderState.StockReserved) ? Open : State;

    /// <summary>The least id of what is placed then or later.</summary>
    internal static Guid? IdOf(DateTimeOffset? time)
    {
        if (time is not { } at) return null;
        var first = (at.UtcTicks - DateTimeOffset.UnixEpoch.Ticks + TimeSpan.TicksPerMillisecond - 1)
            / TimeSpan.TicksPerMillisecond;
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        BinaryPrimitives.WriteInt64BigEndian(bytes, Math.Max(0, first) << 16);
        return new Guid(bytes, bigEndian: true);
    }
}
