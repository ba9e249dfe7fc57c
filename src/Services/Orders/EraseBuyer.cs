namespace Tessera.Orders;

/// <summary>All that Orders does about a buyer whose account is gone.</summary>
internal sealed class EraseBuyer(OrderStore orders, OrderProgress progress)
{
    public async Task HandleAsync(Guid buyer, CancellationToken stop)
    {
        orders.RefuseFromNowOn(buyer);
        foreach (var order in await orders.FindOpenAsync(buyer, stop)) progress.Apply(order, OrderInput.UserErased);
        orders.Forget(buyer);
    }
}
