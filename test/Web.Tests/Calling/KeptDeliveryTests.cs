using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Tessera.Orders.Contracts;
using Tessera.PageDefaults;
using Tessera.Web.Calling;

namespace Tessera.Web.Tests.Calling;

public sealed class KeptDeliveryTests : IDisposable
{
    private readonly FakeTimeProvider _clock = new();
    private readonly Hanging _orders;
    private readonly HttpClient _http;
    private readonly KeptDelivery _delivery;

    public KeptDeliveryTests()
    {
        _orders = new Hanging(_ => Pretended.Json(
            new DeliveryOptionsView([new DeliveryOptionView("standard", 390, NeedsAddress: true)], "GBP", 20, 20)));
        _http = new HttpClient(_orders) { BaseAddress = new Uri("http://store/") };
        _delivery = new KeptDelivery(new StoreClient(_http), Options.Create(new WebOptions()), _clock);
    }

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task A_page_that_does_without_does_not_wait_for_Orders_when_it_hangs()
    {
        _orders.Hang = new TaskCompletionSource();
        var waiting = _delivery.AtOnceAsync(Stop);
        Assert.False(waiting.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(await waiting);
        _orders.Hang.SetResult();
    }

    [Fact]
    public async Task Shows_what_was_heard_last_and_asks_again_when_it_is_no_longer_fresh()
    {
        Assert.Equal("standard", (await _delivery.AtOnceAsync(Stop))?.Options[0].Name);
        await _delivery.AtOnceAsync(Stop);
        Assert.Equal(1, _orders.Asked);
        _clock.Advance(TimeSpan.FromSeconds(6));
        _orders.IsAway = true;
        Assert.Equal("standard", (await _delivery.AtOnceAsync(Stop))?.Options[0].Name);
        Assert.Equal(2, _orders.Asked);
    }

    [Fact]
    public async Task Asks_once_for_all_who_want_to_know_meanwhile_whoever_leaves()
    {
        _orders.Hang = new TaskCompletionSource();
        using var leaves = new CancellationTokenSource();
        var left = _delivery.OptionsAsync(leaves.Token);
        var (page, checkout) = (_delivery.AtOnceAsync(Stop), _delivery.OptionsAsync(Stop));
        await leaves.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        _orders.Hang.SetResult();
        Assert.Equal("standard", (await page)?.Options[0].Name);
        Assert.Equal("standard", (await checkout)?.Options[0].Name);
        Assert.Equal(1, _orders.Asked);
    }

    [Fact]
    public async Task No_page_waits_for_Orders_once_it_is_known_to_hang_until_it_has_answered()
    {
        _orders.Hang = new TaskCompletionSource();
        var first = _delivery.AtOnceAsync(Stop);
        _clock.Advance(TimeSpan.FromSeconds(1));
        await first;
        for (var page = 0; page < 20; page++) Assert.True(_delivery.AtOnceAsync(Stop).IsCompleted);
        Assert.Equal(1, _orders.Asked); // And nothing piles up behind it.

        _orders.IsAway = true;
        _orders.Hang.SetResult(); // The gateway gives up.
        await _delivery.OptionsAsync(Stop);
        var asked = _orders.Asked;
        _orders.Hang = new TaskCompletionSource();
        for (var page = 0; page < 20; page++) Assert.True(_delivery.AtOnceAsync(Stop).IsCompleted);
        Assert.Equal(asked, _orders.Asked); // It is left alone for a moment, ...
        _clock.Advance(TimeSpan.FromSeconds(3));
        for (var page = 0; page < 20; page++) Assert.True(_delivery.AtOnceAsync(Stop).IsCompleted);
        Assert.Equal(asked + 1, _orders.Asked); // ... then asked again, and no page waits for that.

        _orders.IsAway = false;
        _orders.Hang.SetResult();
        await _delivery.OptionsAsync(Stop);
        Assert.Equal("standard", (await _delivery.AtOnceAsync(Stop))?.Options[0].Name);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;
}
