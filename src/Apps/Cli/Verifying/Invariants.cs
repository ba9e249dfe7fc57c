namespace Tessera.Cli.Verifying;

/// <summary>The store's promises (docs/command-line.md, "What verify checks").</summary>
internal static class Invariants
{
    public static IReadOnlyList<Invariant> Of(Snapshot snapshot)
    {
        var reservations = snapshot.Reservations.ToDictionary(reservation => reservation.Order);
        var payments = snapshot.Payments.ToLookup(payment => payment.Order);
        var orders = snapshot.Orders.ToDictionary(order => order.Id);
        var invariants = new List<Invariant>
        {
            Invariant.Of(
                "every open order has a timer that will end it",
                snapshot.Orders.Where(order => order.IsOpen),
                order => snapshot.OrdersWithTimer.Contains(order.Id)
                    ? null
                    : $"order {order.Id} is {order.State} and no timer waits for it"),
            Invariant.Of("a confirmed order is paid once, in full",
                snapshot.Orders.Where(order => order.IsKept), order => Paid(order, payments)),
            Invariant.Of("a confirmed order has its stock committed, line by line",
                snapshot.Orders.Where(order => order.IsKept), order => Supplied(order, reservations)),
            Invariant.Of(
                "a cancelled order keeps no money",
                snapshot.Orders.Where(order => order.State == "Cancelled"),
                order => payments[order.Id].Sum(payment => payment.CapturedMinor - payment.RefundedMinor)
                    is not 0 and var kept
                        ? $"order {order.Id} is cancelled, but {kept} of its money was kept"
                        : null),
            Invariant.Of(
                "a cancelled order keeps no stock",
                snapshot.Orders.Where(order => order.State == "Cancelled"),
                order => reservations.TryGetValue(order.Id, out var reservation)
                    && reservation.State is "Held" or "Committed"
                        ? $"order {order.Id} is cancelled, but its stock is {reservation.State}"
                        : null),
            Invariant.Of(
                "money is kept for confirmed orders only",
                snapshot.Payments.Where(payment => payment.CapturedMinor > payment.RefundedMinor),
                payment => IsKept(payment.Order, orders)
                    ? null
                    : $"payment {payment.Id} keeps money for order {payment.Order}, which is not confirmed"),
            Invariant.Of(
                "stock is committed for confirmed orders only",
                snapshot.Reservations.Where(reservation => reservation.State == "Committed"),
                reservation => IsKept(reservation.Order, orders)
                    ? null
                    : $"stock is committed for order {reservation.Order}, which is not confirmed"),
        };
        invariants.AddRange(OfStock(snapshot));
        invariants.AddRange(OfMoney(snapshot));
        invariants.AddRange(OfMessages(snapshot));
        return invariants;
    }

    private static IEnumerable<Invariant> OfStock(Snapshot snapshot)
    {
        yield return Invariant.Of("on hand + held + committed = received, and none below 0", snapshot.Stock, stock =>
            stock.OnHand + stock.Held + stock.Committed == stock.Received
            && stock is { OnHand: >= 0, Held: >= 0, Committed: >= 0 }
                ? null
                : $"{stock.Sku}: {stock.OnHand} on hand + {stock.Held} held + {stock.Committed} committed, " +
                  $"{stock.Received} received");
        var held = Sum(snapshot.Reservations, "Held");
        var committed = Sum(snapshot.Reservations, "Committed");
        yield return Invariant.Of(
            "what is held and committed of a product is what its orders hold", snapshot.Stock, stock =>
                held.GetValueOrDefault(stock.Sku) == stock.Held
                && committed.GetValueOrDefault(stock.Sku) == stock.Committed
                    ? null
                    : $"{stock.Sku}: {stock.Held} held and {stock.Committed} committed, but its orders have " +
                      $"{held.GetValueOrDefault(stock.Sku)} and {committed.GetValueOrDefault(stock.Sku)}");
    }

    private static IEnumerable<Invariant> OfMoney(Snapshot snapshot)
    {
        yield return Invariant.Of("each movement in the ledger balances to zero",
            snapshot.Ledger.GroupBy(entry => (entry.Payment, entry.Movement)),
            movement => movement.Sum(entry => entry.AmountMinor) is not 0 and var rest
                ? $"the {movement.Key.Movement} of payment {movement.Key.Payment} is out of balance by {rest}"
                : null);
        // What came in from the provider, and went back to it, stands on its account.
        var balances = snapshot.Ledger.Where(entry => entry.Account == "provider")
            .GroupBy(entry => entry.Payment)
            .ToDictionary(group => group.Key, group => group.Sum(entry => entry.AmountMinor));
        yield return Invariant.Of("the ledger says of each payment what the payment says", snapshot.Payments, payment =>
            Math.Abs(balances.GetValueOrDefault(payment.Id)) == payment.CapturedMinor - payment.RefundedMinor
                ? null
                : $"payment {payment.Id} keeps {payment.CapturedMinor - payment.RefundedMinor}, " +
                  $"its ledger {balances.GetValueOrDefault(payment.Id)}");
        if (snapshot.Provider is not { } provider) yield break;
        var charged = provider.Where(row => row is { Kind: "charge", Declined: false })
            .ToLookup(row => row.Order, row => row.AmountMinor);
        var refunded = provider.Where(row => row.Kind == "refund").ToLookup(row => row.Order, row => row.AmountMinor);
        yield return Invariant.Of(
            "the provider charged each order at most once, and what we believe", snapshot.Payments, payment =>
            {
                var order = payment.Order.ToString("D");
                return charged[order].Count() <= 1 && charged[order].Sum() == payment.CapturedMinor
                    && refunded[order].Sum() == payment.RefundedMinor
                    ? null
                    : $"order {order}: " +
                      $"the provider charged {charged[order].Sum()} and refunded {refunded[order].Sum()}, " +
                      $"payment {payment.Id} says {payment.CapturedMinor} and {payment.RefundedMinor}";
            });
    }

    private static IEnumerable<Invariant> OfMessages(Snapshot snapshot)
    {
        var handled = snapshot.Subscriptions.Sum(subscription => subscription.Logged);
        yield return new Invariant(
            "every event was handled once by each subscriber, or is parked", handled,
            [.. snapshot.Subscriptions.SelectMany(subscription => subscription.Lost.Select(
                lost => $"{subscription.Subscriber} has read {lost} of {subscription.Stream}, " +
                    "and neither handled nor parked it"))]);
    }

    private static string? Paid(OrderRow order, ILookup<Guid, PaymentRow> payments)
    {
        var captured = payments[order.Id].Where(payment => payment.CapturedMinor > 0).ToList();
        return captured switch
        {
            [] => $"order {order.Id} is {order.State} and not paid",
            [{ State: "Captured", RefundedMinor: 0 } one] when one.CapturedMinor == order.TotalMinor => null,
            [var one] => $"order {order.Id} costs {order.TotalMinor}; its payment is {one.State}, " +
                $"{one.CapturedMinor} less {one.RefundedMinor} refunded",
            _ => $"order {order.Id} is paid {captured.Count} times",
        };
    }

    private static string? Supplied(OrderRow order, Dictionary<Guid, ReservationRow> reservations)
    {
        if (!reservations.TryGetValue(order.Id, out var reservation))
        {
            return $"order {order.Id} is {order.State} and has no stock";
        }
        if (reservation.State != "Committed")
        {
            return $"order {order.Id} is {order.State}, its stock is {reservation.State}";
        }
        var wanted = order.Lines.ToDictionary(line => line.Sku, line => line.Quantity);
        var isSame = reservation.Lines.Count == wanted.Count
            && reservation.Lines.All(
                line => wanted.TryGetValue(line.Sku, out var quantity) && quantity == line.Quantity);
        return isSame ? null : $"order {order.Id}: the committed lines are not those of the order";
    }

    private static bool IsKept(Guid order, Dictionary<Guid, OrderRow> orders) =>
        orders.TryGetValue(order, out var found) && found.IsKept;

    private static Dictionary<string, long> Sum(IEnumerable<ReservationRow> reservations, string state) => reservations
        .Where(reservation => reservation.State == state)
        .SelectMany(reservation => reservation.Lines)
        .GroupBy(line => line.Sku)
        .ToDictionary(group => group.Key, group => group.Sum(line => (long)line.Quantity));
}
