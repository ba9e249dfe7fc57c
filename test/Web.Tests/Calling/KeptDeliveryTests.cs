using System.Net;
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
        _orders = new Hanging(() => Pretended.Json(
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

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private sealed class Hanging(Func<HttpResponseMessage> answer) : HttpMessageHandler
    {
        public TaskCompletionSource? Hang { get; set; }

        public bool IsAway { get; set; }

        public int Asked { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Asked++;
            if (Hang is not null) await Hang.Task;
            return IsAway ? new HttpResponseMessage(HttpStatusCode.ServiceUnavailable) : answer();
        }
    }
}
