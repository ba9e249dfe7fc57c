using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Playwright;
using Tessera.Testing;
using Tessera.Testing.Servers;
using Tessera.Testing.Services;
using Tessera.Web.Tests;
using Tessera.Webhooks.Contracts;
using Xunit;
using MimeMessage = MimeKit.MimeMessage;

namespace Tessera.EndToEnd;

/// <summary>A store with the service in TypeScript beside it, which hears of orders by the broker, or by webhook where
/// that has no network, and a partner who hears of them by webhook.</summary>
public abstract class MailedOrderTests(MailingStore store)
{
    private protected static readonly TimeSpan allArriveWithin = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task An_order_leads_to_one_mail_and_one_signed_message_in_one_trace_while_each_is_killed_in_turn()
    {
        store.Require();
        var shop = await Shop.OpenAsync(store.Port, store.Data);
        var partner = await Partner.StartAsync();
        List<Received> received = [];
        try
        {
            var port = new Uri(partner.Address).Port;
            using var answer = await shop.TryAsync(HttpMethod.Post, "/api/v1/webhooks", new RegisterEndpointRequest(
                partner.Url(), [PublicOrderPlaced.Type], OrderedByKey: true), await Partners.TokenAsync(shop));
            var endpoint = (await answer.Content.ReadFromJsonAsync<RegisteredEndpoint>())!;
            var sku = await shop.NewProductAsync();
            await using var chromium = await LocalChromium.StartAsync();
            await using var visitor = await chromium.NewVisitorAsync($"http://127.0.0.1:{store.Port}");
            await visitor.SignInNewAsync();
            List<Guid> orders = [await OrderAsync(visitor, sku)];
            foreach (var victim in (string[])["notifications", "webhooks"])
            {
                orders.Add(await OrderAsync(visitor, sku));
                await store.KillAsync(victim);
            }
            // The partner dies with a message in its hands, and comes back after one that it was not there for.
            var hasAnswered = new TaskCompletionSource();
            partner.Answer = (_, context) => hasAnswered.Task.WaitAsync(context.RequestAborted);
            var unanswered = await OrderAsync(visitor, sku);
            await Eventually.HoldsAsync(
                "the partner hears of the order", () => Array.Exists(partner.Received, IsOf(unanswered)),
                allArriveWithin);
            await partner.KillAsync();
            received.AddRange(partner.Received);
            orders.AddRange([unanswered, await OrderAsync(visitor, sku)]);
            partner = await Partner.StartAsync(port);
            await Eventually.HoldsAsync("each order is told of in a mail and to the partner", () =>
                orders.TrueForAll(order => store.MailsOf(order).Any(mail => mail.Kind == "order-placed")
                    && received.Concat(partner.Received).Any(message => IsOf(order)(message)))
                && Array.Exists(partner.Received, IsOf(unanswered)), allArriveWithin);

            received.AddRange(partner.Received);
            foreach (var order in orders)
            {
                var mail = Assert.Single(store.MailsOf(order), mail => mail.Kind == "order-placed");
                var messages = received.FindAll(IsOf(order));
                Assert.Single(messages.Select(message => message.Id).Distinct());
                Assert.Equal(TraceOf(mail.TraceParent), TraceOf(messages[0].Headers["traceparent"]));
                var file = Path.Combine(store.Data, "outbox", mail.Id + ".eml");
                Assert.Contains("@example.", await File.ReadAllTextAsync(file), StringComparison.Ordinal);
            }
            // It begins at the click: the form that the browser sent stands in the gateway's log by the same trace.
            var ofClick = TraceOf(store.MailsOf(orders[0]).Single(mail => mail.Kind == "order-placed").TraceParent);
            Assert.Contains(store.LogOf("gateway"), line =>
                line.Contains("\"path\":\"/checkout\"", StringComparison.Ordinal)
                && line.Contains(ofClick, StringComparison.Ordinal));
            Assert.All(
                await Partners.VerifiedAsync(endpoint.Secret, [.. received]), said => Assert.Equal("good", said));
        }
        finally
        {
            await partner.DisposeAsync();
        }
    }

    /// <returns>The order, as the address of its page names it.</returns>
    private static async Task<Guid> OrderAsync(Visitor visitor, string sku)
    {
        await visitor.AddToBasketAsync(sku);
        await visitor.GoAsync("/checkout");
        await visitor.PlaceAsync();
        await Assertions.Expect(visitor.At("order-state")).ToBeVisibleAsync();
        return Guid.Parse(new Uri(visitor.Page.Url).Segments[^1]);
    }

    private static Predicate<Received> IsOf(Guid order) => message => message.Of("order") == $"{order}";

    private static string TraceOf(string traceParent) => traceParent.Split('-')[1];
}

/// <summary>On the embedded broker, which needs no server, also what people do with a mail.</summary>
public sealed class MailedOrdersOnEmbedded(EmbeddedMailingStore store)
    : MailedOrderTests(store), IClassFixture<EmbeddedMailingStore>
{
    private readonly EmbeddedMailingStore _store = store;

    [Fact]
    public async Task The_link_of_a_mail_stops_its_kind_through_the_gateway()
    {
        _store.Require();
        var shop = await Shop.OpenAsync(_store.Port, _store.Data);
        var buyer = await shop.NewBuyerAsync();
        var order = await shop.PlaceAsync(buyer, await shop.NewProductAsync());
        await Eventually.HoldsAsync("the order's confirmation is mailed", () =>
            _store.MailsOf(order.Id).Any(mail => mail.Kind == "order-confirmed"), allArriveWithin);
        var id = _store.MailsOf(order.Id).Single(mail => mail.Kind == "order-confirmed").Id;
        var text = await File.ReadAllTextAsync(Path.Combine(_store.Data, "outbox", id + ".eml"));
        var header = text[text.IndexOf("List-Unsubscribe:", StringComparison.Ordinal)..];
        var link = string.Concat(header[(header.IndexOf('<', StringComparison.Ordinal) + 1)..]
            .TakeWhile(letter => letter != '>').Where(letter => !char.IsWhiteSpace(letter)));
        Assert.StartsWith(shop.Http.BaseAddress + "api/v1/notifications/unsubscribe?", link, StringComparison.Ordinal);

        Assert.Contains(
            $"Your order {order.Id.ToString()[..8]} is confirmed", await _store.RunAsync("mail"),
            StringComparison.Ordinal);

        using var looked = await shop.Http.GetAsync(new Uri(link));
        Assert.Equal(HttpStatusCode.OK, looked.StatusCode);
        Assert.Equal("[]", await UnwantedAsync());
        using var clicked = await shop.Http.PostAsync(new Uri(link), null);
        Assert.Equal(HttpStatusCode.OK, clicked.StatusCode);
        Assert.Equal("[\"order-confirmed\"]", await UnwantedAsync());
        await shop.SendAsync(HttpMethod.Put, Preferences, new { unwanted = Array.Empty<string>() }, buyer);
        Assert.Equal("[]", await UnwantedAsync());
        using var stranger = await shop.Http.GetAsync(new Uri(Preferences, UriKind.Relative));
        Assert.Equal(HttpStatusCode.Unauthorized, stranger.StatusCode);
        Assert.Equal(
            (HttpStatusCode.Unauthorized, HttpStatusCode.Forbidden, HttpStatusCode.OK),
            (await ParkedAsync(null), await ParkedAsync(buyer), await ParkedAsync(shop.Operator)));

        await _store.RunAsync("stop", "notifications");
        using var away = await shop.TryAsync(HttpMethod.Get, Preferences, null, buyer);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, away.StatusCode);
        var problem = await away.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(
            "The service 'notifications' is not started in this store, or cannot be reached now. Try again later.",
            problem.GetProperty("detail").GetString());
        await _store.RunAsync("start", "notifications");

        async Task<HttpStatusCode> ParkedAsync(string? token)
        {
            using var answer = await shop.TryAsync(
                HttpMethod.Get, "/api/v1/services/notifications/messaging/parked", null, token);
            return answer.StatusCode;
        }

        async Task<string> UnwantedAsync() =>
            (await shop.GetAsync<JsonElement>(Preferences, buyer)).GetProperty("unwanted").GetRawText();
    }

    [Fact]
    public async Task Page_search_engine_mail_and_command_are_told_the_same_amount_in_the_shops_currency()
    {
        _store.Require();
        var shop = await Shop.OpenAsync(_store.Port, _store.Data);
        var (buyer, sku) = (await shop.NewBuyerAsync(), await shop.NewProductAsync(priceMinor: 1850));
        var page = await shop.Http.GetStringAsync(new Uri($"/products/{sku}", UriKind.Relative));
        Assert.Contains("\"price\":\"1850\",\"priceCurrency\":\"JPY\"", page, StringComparison.Ordinal);
        Assert.Contains("¥1,850", WebUtility.HtmlDecode(page), StringComparison.Ordinal);
        var order = await shop.PlaceAsync(buyer, sku);
        Assert.Equal((1850L, "JPY"), (order.Lines[0].UnitPriceMinor, order.Currency));
        await Eventually.HoldsAsync("the order's confirmation is mailed", () =>
            _store.MailsOf(order.Id).Any(mail => mail.Kind == "order-confirmed"), allArriveWithin);
        var id = _store.MailsOf(order.Id).Single(mail => mail.Kind == "order-placed").Id;
        var mail = await MimeMessage.LoadAsync(Path.Combine(_store.Data, "outbox", id + ".eml"), default);
        Assert.Contains($"¥{order.TotalMinor:N0}", mail.TextBody, StringComparison.Ordinal);
        Assert.Contains(
            $"{order.TotalMinor} JPY", await _store.RunAsync("order", $"{order.Id}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_customer_who_is_erased_is_forgotten_with_the_mails_and_partners_hear_of_it()
    {
        _store.Require();
        var shop = await Shop.OpenAsync(_store.Port, _store.Data);
        await using var partner = await Partner.StartAsync();
        await shop.SendAsync(HttpMethod.Post, "/api/v1/webhooks", new RegisterEndpointRequest(
            partner.Url(), [PublicCustomerErased.Type]), await Partners.TokenAsync(shop));
        var (buyer, another) = (await shop.NewBuyerAsync(), await shop.NewBuyerAsync());
        var sku = await shop.NewProductAsync();
        var (gone, kept) = (await shop.PlaceAsync(buyer, sku), await shop.PlaceAsync(another, sku));
        foreach (var order in new[] { gone, kept })
        {
            await Eventually.HoldsAsync("both mails of the order are sent", () =>
                _store.MailsOf(order.Id).Count == 2, allArriveWithin);
        }
        var files = _store.MailsOf(gone.Id).Select(FileOf).ToList();
        Assert.All(files, file => Assert.True(File.Exists(file), file));

        var who = (await shop.GetAsync<JsonElement>("/api/v1/users/me", buyer)).GetProperty("id").GetString();
        await shop.SendAsync(HttpMethod.Delete, "/api/v1/users/me", null, buyer);

        await Eventually.HoldsAsync("the mails are gone with their files", () =>
            _store.MailsOf(gone.Id).Count == 0 && !files.Exists(File.Exists), allArriveWithin);
        Assert.Equal(2, _store.MailsOf(kept.Id).Count);
        Assert.All(_store.MailsOf(kept.Id).Select(FileOf), file => Assert.True(File.Exists(file), file));
        Assert.Equal(who, Assert.Single(await partner.GetsAsync(1)).Of("customer"));

        string FileOf(SentMail mail) => Path.Combine(_store.Data, "outbox", mail.Id + ".eml");
    }

    private const string Preferences = "/api/v1/notifications/preferences";
}

public sealed class MailedOrdersOnRabbitMq(RabbitMqMailingStore store)
    : MailedOrderTests(store), IClassFixture<RabbitMqMailingStore>;

public sealed class MailedOrdersOnRedis(RedisMailingStore store)
    : MailedOrderTests(store), IClassFixture<RedisMailingStore>;

public sealed class MailedOrdersOnKafka(KafkaMailingStore store)
    : MailedOrderTests(store), IClassFixture<KafkaMailingStore>;

/// <summary>Its prices are in a currency without a minor unit.</summary>
public sealed class EmbeddedMailingStore() : MailingStore("embedded", ("Shop__Currency", "JPY"));

public sealed class RabbitMqMailingStore() : MailingStore("rabbitmq");

public sealed class RedisMailingStore() : MailingStore("redis");

public sealed class KafkaMailingStore() : MailingStore("kafka");

/// <param name="TraceParent">Of what the mail tells.</param>
internal sealed record SentMail(string Id, string Kind, string TraceParent);

/// <summary>A store whose mails are written by the service in TypeScript.</summary>
public abstract class MailingStore : Store
{
    private string? _missing;

    protected MailingStore(string broker, params (string Name, string Value)[] settings)
        : base([
            .. settings,
            ("TESSERA_WITHOUT", ""),
            ("Webhooks__RetryDelay", "00:00:00.200"),
            // What a killed worker had taken comes back after that.
            ("Webhooks__AnswerTimeout", "00:00:02"),
            ("Webhooks__ClaimTime", "00:00:04"),
            ("Messaging__Redis__LeaseDuration", "00:00:02"),
            ("Mail__TakenFor", "00:00:02"),
        ]) =>
        UpWords = broker == "embedded" ? [] : ["--broker", broker];

    public override async ValueTask InitializeAsync()
    {
        var result = await TryAsync(UpCommand);
        if (result.ExitCode != 0 && result.All.Contains("is not here", StringComparison.Ordinal))
        {
            _missing = result.All;
            return;
        }
        Assert.True(result.ExitCode == 0, result.All);
        _missing = await WaitForMailsAsync();
    }

    /// <summary>Skips on a machine without Node or the server; fails in CI.</summary>
    public void Require()
    {
        if (_missing is not null) MissingServer.SkipOrFail(_missing, "");
    }

    /// <summary>The mails about the order that were sent, as the service keeps them.</summary>
    internal IReadOnlyList<SentMail> MailsOf(Guid order) => RowsOf(
        "notifications",
        "select id, kind, traceparent from mails where key = $1 and state = 'sent' order by number",
        order, row => new SentMail(row.GetString(0), row.GetString(1), row.GetString(2)));
}
