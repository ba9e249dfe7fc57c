namespace Tessera.Orders;

/// <summary>All that Orders does about a buyer whose account is gone.</summary>
internal sealed class EraseBuyer(OrderStore orders, OrderProgress progress)
{
    /// <summary>Of a batch, before the first: the orders of all these buyers are locked in one order.</summary>
    public Task ExpectAsync(IEnumerable<Guid> buyers, CancellationToken stop) =>
        orders.ExpectErasureAsync([.. buyers.Distinct()], stop);

    public async Task HandleAsync(Guid buyer, CancellationToken stop)
    {
        orders.RefuseFromNowOn(buyer);
        foreach (var order in await orders.FindOpenAsync(buyer, stop)) progress.Apply(order, OrderInput.UserErased);
        orders.Forget(buyer);
    }
}
