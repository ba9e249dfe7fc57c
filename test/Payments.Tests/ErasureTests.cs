using System.Text;
using System.Text.Json;
using Tessera.Messaging;
using Tessera.Messaging.Store;
using Tessera.Orders.Contracts;

namespace Tessera.Payments.Tests;

/// <summary>The buyer is erased at each point of a payment's life: in the end nothing stands for the card.</summary>
public sealed class ErasureTests
{
    [Theory]
    [InlineData("tok_ok")]
    [InlineData("tok_decline")]
    public async Task While_the_provider_works_the_card_is_forgotten_with_its_answer(string method)
    {
        await using var payments = await PaymentsInMemory.StartAsync();
        var (order, buyer) = (Guid.NewGuid(), Guid.NewGuid());
        await payments.RequestAsync(order, method, buyer: buyer);
        var claim = Assert.Single(await payments.TakeAsync());
        await payments.EraseAsync(buyer);
        Assert.Equal(method, await MethodAsync(payments));
        await payments.RecordAsync((await payments.AskAsync(claim))!);
        Assert.Null(await MethodAsync(payments));
    }

    [Fact]
    public async Task After_the_capture_the_card_is_forgotten_at_once()
    {
        await using var payments = await PaymentsInMemory.StartAsync();
        var buyer = Guid.NewGuid();
        await payments.RequestAsync(Guid.NewGuid(), buyer: buyer);
        await payments.RoundAsync();
        await payments.EraseAsync(buyer);
        Assert.Null(await MethodAsync(payments));
    }

    [Fact]
    public async Task Before_the_request_comes_the_card_is_forgotten_when_it_is_done()
    {
        await using var payments = await PaymentsInMemory.StartAsync();
        var (order, buyer) = (Guid.NewGuid(), Guid.NewGuid());
        await payments.EraseAsync(buyer);
        await payments.RequestAsync(order, buyer: buyer);
        await payments.CancelAsync(order);
        Assert.Null(await MethodAsync(payments));
    }

    /// <summary>They wait for an operator, or were discarded or changed by one.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Of_requests_that_could_not_be_handled_the_card_goes_and_the_rest_stays(bool onPostgres)
    {
        await using var payments = await PaymentsInMemory.StartAsync(onPostgres);
        var (buyer, other, store) = (Guid.NewGuid(), Guid.NewGuid(), payments.Service.Get<IMessageStore>());
        var act = new ParkedAct("operator", payments.Clock.GetUtcNow());
        foreach (var of in new[] { buyer, other })
        {
            await ParkAsync(store, of);
            await store.DiscardParkedAsync(new(EventId: await ParkAsync(store, of)), act, default);
            var changed = new ParkedChange(await ParkAsync(store, of), Guid.NewGuid(), BodyOf(of));
            await store.ChangeParkedAsync(changed, act, default);
        }
        // The one that waits, the discarded one, and the changed one before, after, and as it waits.
        Assert.Equal(5, (await KeptAsync(payments, buyer)).Count(kept => kept.PaymentMethod == "tok_ok"));
        await payments.EraseAsync(buyer);
        var rest = await KeptAsync(payments, buyer);
        Assert.Equal(5, rest.Count);
        Assert.All(rest, kept => Assert.Equal(("", 500L), (kept.PaymentMethod, kept.AmountMinor)));
        Assert.Equal(5, (await KeptAsync(payments, other)).Count(kept => kept.PaymentMethod == "tok_ok"));

        await ParkAsync(store, buyer); // While the first look was under way.
        await payments.EraseAgainAsync(buyer);
        Assert.All(await KeptAsync(payments, buyer), kept => Assert.Equal("", kept.PaymentMethod));
    }

    /// <summary>What is parked is what could not be read, too.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_card_goes_from_bodies_that_are_none_as_well(bool onPostgres)
    {
        await using var payments = await PaymentsInMemory.StartAsync(onPostgres);
        var (buyer, store) = (Guid.NewGuid(), payments.Service.Get<IMessageStore>());
        foreach (var body in (string[])
        [
            $$"""{"buyer":"{{buyer}}","paymentMethod":"tok_ok" """, $$"""["{{buyer}}","tok_ok" """,
            $$"""{"buyer":"{{buyer}}","paymentMethod":["tok_ok"]}""",
            $$"""{"Buyer":"{{buyer.ToString().ToUpperInvariant()}}","PaymentMethod":"tok_ok"}""",
        ])
        {
            await ParkAsync(store, Encoding.UTF8.GetBytes(body));
        }
        await payments.EraseAsync(buyer);
        Assert.All(await BodiesAsync(payments), body => Assert.DoesNotContain(
            "tok_ok", Encoding.UTF8.GetString(body), StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_cards_of_others_stay()
    {
        await using var payments = await PaymentsInMemory.StartAsync();
        await payments.RequestAsync(Guid.NewGuid());
        await payments.EraseAsync(Guid.NewGuid());
        await payments.RoundAsync();
        Assert.Equal("tok_ok", await MethodAsync(payments));
    }

    private static byte[] BodyOf(Guid buyer) => JsonSerializer.SerializeToUtf8Bytes(
        new PaymentRequested(Guid.NewGuid(), buyer, 500, "GBP", "tok_ok"), JsonSerializerOptions.Web);

    private static Task<Guid> ParkAsync(IMessageStore store, Guid buyer) => ParkAsync(store, BodyOf(buyer));

    private static async Task<Guid> ParkAsync(IMessageStore store, byte[] body)
    {
        var parked = new EventEnvelope
        {
            Id = Guid.NewGuid(), Stream = "orders", Key = Guid.NewGuid().ToString(), Type = PaymentRequested.EventType,
            Source = "/tessera/orders", Time = default, Data = body,
        };
        await using var session = await store.BeginAsync(default);
        session.Park([new ParkedMessage(0, parked, "It does not fit.", 5, default)]);
        await session.CommitAsync(default);
        return parked.Id;
    }

    private static Task<List<byte[]>> BodiesAsync(PaymentsInMemory payments) => payments.Query(
        "select data from msg_parked union all select data from msg_audit where data is not null " +
        "union all select new_data from msg_audit where new_data is not null", row => row.GetBytes(0));

    private static async Task<List<PaymentRequested>> KeptAsync(PaymentsInMemory payments, Guid buyer)
    {
        var kept = (await BodiesAsync(payments)).ConvertAll(
            body => JsonSerializer.Deserialize<PaymentRequested>(body, JsonSerializerOptions.Web)!);
        return kept.FindAll(request => request.Buyer == buyer);
    }

    private static async Task<string?> MethodAsync(PaymentsInMemory payments) =>
        (await payments.Query("select payment_method from payments", row => row.GetStringOrNull(0))).Single();
}
