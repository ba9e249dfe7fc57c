using Tessera.Baskets.Contracts;
using Tessera.Messaging;
using Tessera.Messaging.Store;

namespace Tessera.Baskets;

/// <summary>The baskets in the database.</summary>
internal sealed class BasketStore(IDatabase database, UnitOfWork work, TimeProvider clock)
{
    public const int LinesMax = 200; // As many as an order takes.

    public async Task<BasketView> ReadAsync(Holder holder, CancellationToken stop)
    {
        var rows = await database.QueryAsync(
            """
            select baskets.edition, basket_lines.sku, basket_lines.quantity, basket_lines.seen_price_minor
            from baskets join basket_lines on basket_lines.holder = baskets.holder
            where baskets.holder = $1 order by basket_lines.added_at, basket_lines.sku
            """,
            [holder.Key],
            row => (
                Edition: row.GetGuid(0),
                Line: new BasketLineView(row.GetString(1), row.GetInt32(2), row.GetInt64(3))),
            stop);
        return new BasketView(rows.Count > 0 ? rows[0].Edition : null, [.. rows.Select(row => row.Line)]);
    }

    public async Task<PutOutcome> PutAsync(
        Holder holder, string sku, int quantity, long seenPriceMinor, CancellationToken stop)
    {
        await work.BeginAsync(stop);
        if (!await TouchAsync(holder, stop)) return PutOutcome.Erased;
        var others = await work.QueryAsync(
            "select count(*) from basket_lines where holder = $1 and sku <> $2", [holder.Key, sku],
            row => row.GetInt64(0), stop);
        if (others[0] >= LinesMax) return PutOutcome.Full;
        work.Enqueue(
            """
            insert into basket_lines (holder, sku, quantity, seen_price_minor, added_at) values ($1, $2, $3, $4, $5)
            on conflict (holder, sku) do update
                set quantity = excluded.quantity, seen_price_minor = excluded.seen_price_minor
            """,
            holder.Key, sku, quantity, seenPriceMinor, clock.GetUtcNow());
        await work.CommitAsync(stop);
        return PutOutcome.Kept;
    }

    public async Task RemoveAsync(Holder holder, string sku, CancellationToken stop)
    {
        await work.BeginAsync(stop);
        work.Enqueue("delete from basket_lines where holder = $1 and sku = $2", holder.Key, sku);
        await work.CommitAsync(stop);
    }

    public async Task EmptyAsync(Holder holder, Guid edition, CancellationToken stop)
    {
        await work.BeginAsync(stop);
        // The row first: who puts something in at this moment waits, and begins a new edition.
        var emptied = await work.ExecuteAsync(
            "delete from baskets where holder = $1 and edition = $2 and erased_at is null", [holder.Key, edition],
            stop);
        if (emptied > 0) work.Enqueue("delete from basket_lines where holder = $1", holder.Key);
        await work.CommitAsync(stop);
    }

    public async Task TakeOrderedAsync(
        Holder holder, Guid edition, IReadOnlyList<TakenLine> lines, CancellationToken stop)
    {
        await work.BeginAsync(stop);
        // The row first, as everywhere; its new edition makes a second call of the same order find nothing.
        var taken = await work.ExecuteAsync(
            "update baskets set edition = $3 where holder = $1 and edition = $2 and erased_at is null",
            [holder.Key, edition, Guid.NewGuid()], stop);
        if (taken > 0)
        {
            foreach (var line in lines)
            {
                work.Enqueue(
                    "delete from basket_lines where holder = $1 and sku = $2 and quantity <= $3",
                    holder.Key, line.Sku, line.Quantity);
                work.Enqueue(
                    "update basket_lines set quantity = quantity - $3 where holder = $1 and sku = $2 and quantity > $3",
                    holder.Key, line.Sku, line.Quantity);
            }
            work.Enqueue(
                """
                delete from baskets where holder = $1
                    and not exists (select 1 from basket_lines where basket_lines.holder = baskets.holder)
                """,
                holder.Key);
        }
        await work.CommitAsync(stop);
    }

    /// <summary>False when the holder's account is erased; the guest's basket then stays.</summary>
    public async Task<bool> MergeAsync(Holder from, Holder into, CancellationToken stop)
    {
        await work.BeginAsync(stop);
        if (!await TouchAsync(into, stop)) return false;
        // The guest's row as well: what a request under way puts in there is committed before, and comes along, be it
        // the first that is put in.
        await TouchAsync(from, stop);
        work.Enqueue(
            """
            update basket_lines set quantity = guests.quantity from basket_lines as guests
            where basket_lines.holder = $2 and guests.holder = $1
                and guests.sku = basket_lines.sku and guests.quantity > basket_lines.quantity
            """,
            from.Key, into.Key);
        work.Enqueue(
            $"""
            insert into basket_lines (holder, sku, quantity, seen_price_minor, added_at)
            select $2, guests.sku, guests.quantity, guests.seen_price_minor, guests.added_at
            from basket_lines as guests
            where guests.holder = $1
                and not exists (select 1 from basket_lines as own where own.holder = $2 and own.sku = guests.sku)
            order by guests.added_at, guests.sku
            limit (select case when count(*) < {LinesMax} then {LinesMax} - count(*) else 0 end
                from basket_lines as held where held.holder = $2)
            """,
            from.Key, into.Key);
        work.Enqueue("delete from basket_lines where holder = $1", from.Key);
        work.Enqueue("delete from baskets where holder = $1", from.Key);
        await work.CommitAsync(stop);
        return true;
    }

    /// <summary>Removes some of the guests' baskets that were last changed before; zero when none is left.</summary>
    public async Task<int> PruneGuestsAsync(DateTimeOffset before, CancellationToken stop)
    {
        await work.BeginAsync(stop);
        // The basket first, as everywhere: who comes back at this moment waits, and finds an empty one.
        var pruned = await work.QueryAsync(
            """
            delete from baskets where holder in (
                select holder from baskets where changed_at < $1 and holder like 'guest:%'
                order by changed_at limit 500)
                and changed_at < $1
            returning holder
            """,
            [before], row => row.GetString(0), stop);
        foreach (var holder in pruned) work.Enqueue("delete from basket_lines where holder = $1", holder);
        await work.CommitAsync(stop);
        return pruned.Count;
    }

    /// <summary>Queues that the holder's basket is empty, and stays so.</summary>
    public static void Erase(UnitOfWork work, Holder holder, DateTimeOffset now)
    {
        // The row first: what was put in by a request under way is committed before, and goes with the rest.
        work.Enqueue(
            """
            insert into baskets (holder, edition, changed_at, erased_at) values ($1, $2, $3, $3)
            on conflict (holder) do update set erased_at = excluded.erased_at
            """,
            holder.Key, Guid.NewGuid(), now);
        work.Enqueue("delete from basket_lines where holder = $1", holder.Key);
    }

    /// <summary>Forgets the accounts that were erased before.</summary>
    public async Task ForgetErasedAsync(DateTimeOffset before, CancellationToken stop)
    {
        await work.BeginAsync(stop);
        work.Enqueue("delete from baskets where erased_at < $1", before);
        await work.CommitAsync(stop);
    }

    // Locks the basket until the commit. False when its holder's account is erased.
    private async Task<bool> TouchAsync(Holder holder, CancellationToken stop)
    {
        var erased = await work.QueryAsync(
            """
            insert into baskets (holder, edition, changed_at) values ($1, $2, $3)
            on conflict (holder) do update set changed_at = excluded.changed_at
            returning erased_at is not null
            """,
            [holder.Key, Guid.NewGuid(), clock.GetUtcNow()], row => row.GetBoolean(0), stop);
        return !erased[0];
    }
}

internal enum PutOutcome
{
    Kept,

    /// <summary>It holds as many products as one can.</summary>
    Full,

    /// <summary>The account of its holder is gone.</summary>
    Erased,
}
