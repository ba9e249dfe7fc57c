using Microsoft.AspNetCore.Http;
using StandardWebhooks;
using Tessera.Payments.Contracts;
using Tessera.Testing;
using Tessera.Testing.Services;

namespace Tessera.Payments.Tests;

/// <summary>The simulated provider tells by itself what became of a charge, as real ones do.</summary>
public sealed class SimulatedCallbackTests
{
    [Theory]
    [InlineData("tok_ok", PaymentCallback.Captured)]
    [InlineData("tok_lost_answer", PaymentCallback.Captured)]
    [InlineData("tok_decline", PaymentCallback.Declined)]
    public async Task Tells_once_what_became_of_a_charge_signed_with_a_secret_that_it_makes(
        string method, string type)
    {
        await using var partner = await Partner.StartAsync();
        await using var payments = await StartAsync(partner);
        var order = Guid.NewGuid();
        await payments.RequestAsync(order, method);
        for (var round = 0; round < 3; round++)
        {
            await payments.RoundAsync();
            payments.Clock.Advance(TimeSpan.FromMinutes(1));
        }
        await payments.CancelAsync(order);
        await payments.RoundAsync();
        var expected = type == PaymentCallback.Captured ? new[] { type, PaymentCallback.Refunded } : [type];
        var received = await partner.GetsAsync(expected.Length);
        Assert.Equal(expected, received.Select(each => each.Type).Order(StringComparer.Ordinal));
        Assert.All(received, each => Assert.Equal(order.ToString(), each.Of("charge")));
    }

    [Fact]
    public async Task Signs_so_that_the_package_takes_it()
    {
        await using var partner = await Partner.StartAsync();
        await using var payments = await StartAsync(partner);
        payments.Clock.AdjustTime(TimeProvider.System.GetUtcNow()); // The package looks at the clock.
        await payments.RequestAsync(Guid.NewGuid());
        await payments.RoundAsync();
        var received = Assert.Single(await partner.GetsAsync(1));
        var headers = new HeaderDictionary();
        foreach (var (name, value) in received.Headers) headers[name] = value;
        var key = Assert.Single(payments.Secrets.KeysOf("simulated")!);
        new StandardWebhook("whsec_" + Convert.ToBase64String(key)).Verify(received.Body, headers);
    }

    [Fact]
    public async Task Tells_again_under_the_same_id_what_was_not_taken()
    {
        await using var partner = await Partner.StartAsync();
        var told = 0;
        partner.Answer = (_, context) =>
        {
            context.Response.StatusCode = ++told < 3 ? 503 : 200;
            return Task.CompletedTask;
        };
        await using var payments = await StartAsync(partner);
        await payments.RequestAsync(Guid.NewGuid());
        await payments.RoundAsync();
        await Eventually.HoldsAsync("it is told three times", () =>
        {
            payments.Clock.Advance(TimeSpan.FromSeconds(1));
            return partner.Received.Length == 3;
        });
        Assert.Single(partner.Received.Select(each => each.Id).Distinct());
    }

    private static async Task<PaymentsInMemory> StartAsync(Partner partner)
    {
        var payments = await PaymentsInMemory.StartAsync(
            null, ("Payments:Simulated:CallbackUrl", partner.Url("/payments/callbacks/simulated")));
        await payments.Callbacks.StartAsync(TestContext.Current.CancellationToken);
        return payments;
    }
}
