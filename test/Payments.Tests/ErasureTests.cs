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

    [Fact]
    public async Task The_cards_of_others_stay()
    {
        await using var payments = await PaymentsInMemory.StartAsync();
        await payments.RequestAsync(Guid.NewGuid());
        await payments.EraseAsync(Guid.NewGuid());
        await payments.RoundAsync();
        Assert.Equal("tok_ok", await MethodAsync(payments));
    }

    private static async Task<string?> MethodAsync(PaymentsInMemory payments) =>
        (await payments.Query("select payment_method from payments", row => row.GetStringOrNull(0))).Single();
}
