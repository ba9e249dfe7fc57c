using System.Text;
using Tessera.Inventory.Contracts;
using Tessera.Messaging;
using Tessera.Messaging.Store;

namespace Tessera.Orders.Tests.Tending;

/// <summary>An operator has a parked message handled with another body.</summary>
public sealed class ChangedMessageTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Takes_a_body_of_the_message_s_type_alone_and_does_it_once(bool onPostgres)
    {
        await using var orders = await OrdersInMemory.StartAsync(onPostgres);
        var messages = orders.Service.Get<ParkedMessages>();
        var order = Guid.NewGuid();
        var parked = Testing.Some.Event(order.ToString(), """{"order":"none"}""", "inventory") with
        {
            Type = StockReserved.EventType,
        };
        await using (var session = await orders.Service.Get<IMessageStore>().BeginAsync(default))
        {
            session.Park([Testing.Some.Parked(parked)]);
            await session.CommitAsync(default);
        }
        Task<ParkedChangeResult> ChangeAsync(string body, Guid? act = null, Guid? id = null) => messages.ChangeAsync(
            id ?? parked.Id, Encoding.UTF8.GetBytes(body), "olga", "a slip", default, act);

        var good = $$"""{"order":"{{order}}","expiresAt":"2026-05-04T11:00:00+00:00"}""";
        foreach (var (bad, why) in new[]
        {
            ("{", "is no inventory.stock-reserved.v1"), ("null", "null"), ("[]", "is no inventory.stock-reserved.v1"),
            ("""{"order":"none"}""", "$.order"), ($$"""{"order":"{{order}}"}""", "expiresAt"),
            (good.Replace("order", "oder", StringComparison.Ordinal), "oder"),
            (good.Insert(1, "\"order\":null,"), "order"),
        })
        {
            var refused = Assert.IsType<ParkedChangeResult.Refused>(await ChangeAsync(bad));
            Assert.Contains(why, refused.Why, StringComparison.Ordinal);
        }
        Assert.IsType<ParkedChangeResult.NotParked>(await ChangeAsync(good, id: Guid.NewGuid()));
        Assert.Empty(await orders.Service.Get<ParkedCauses>().ListActsAsync(10, default));

        var act = Guid.NewGuid();
        var changed = await Task.WhenAll(ChangeAsync(good, act), ChangeAsync(good, act));
        Assert.Equal(changed[0], changed[1]);
        Assert.Equal(changed[0], await ChangeAsync(good, act));
        var put = Assert.IsType<ParkedChangeResult.Changed>(changed[0]).EventId;
        Assert.NotEqual(parked.Id, put);
        var done = Assert.Single(await orders.Service.Get<ParkedCauses>().ListActsAsync(10, default));
        Assert.Equal(
            ("olga", "change", "a slip", 1, parked.Id, put),
            (done.By, done.Action, done.Note, done.Messages, done.EventId, done.ChangedTo));
        Assert.IsType<ParkedChangeResult.NotParked>(await ChangeAsync(good));
    }
}
