using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using StandardWebhooks;
using Tessera.ServiceDefaults;
using Tessera.Testing;
using Tessera.Testing.Servers;
using Tessera.Testing.Services;

namespace Tessera.Payments.Tests;

/// <summary>The entry for providers, over HTTP: who may come in, by a signature that others' packages make.</summary>
public sealed class CallbackInterfaceTests : IAsyncLifetime
{
    private const string Body = """{"type":"payment.captured","data":{"charge":"none of ours"},"later":1}""";
    private readonly TemporaryFolder _data = new("callbacks");
    private readonly HttpClient _http = new();
    private readonly string _first = WebhookSignature.NewSecret();
    private readonly string _second = WebhookSignature.NewSecret();
    private ServiceProcess _payments = null!;

    private string SecretsFile => Path.Combine(_data.Path, "keys", "payment-callbacks", "bank.secrets");

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(SecretsFile)!);
        Keep(_first);
        _payments = await ServiceProcess.StartAsync("Payments", _data.Path);
        await Eventually.HoldsAsync("Payments is ready", async () =>
        {
            using var health = await _http.GetAsync(new Uri(_payments.Address, "/health/ready"));
            return health.IsSuccessStatusCode;
        }, TimeSpan.FromMinutes(2));
    }

    [Fact]
    public async Task Takes_what_the_package_for_dotnet_has_signed_also_twice()
    {
        foreach (var _ in new[] { 1, 2 })
            Assert.Equal(HttpStatusCode.OK, await StatusAsync(SignedByPackage(_first)));
    }

    [Fact]
    public async Task Takes_what_the_package_for_node_has_signed()
    {
        var folder = await NodePackages.InstallAsync("Webhooks.Tests/node");
        var (code, said) = await NodePackages.RunAsync(
            folder, "node", ["sign.mjs", _first, "msg_node", Body]);
        Assert.True(code == 0, said);
        var headers = JsonSerializer.Deserialize<Dictionary<string, string>>(said)!;
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(new Signed(
            headers["webhook-id"], headers["webhook-timestamp"], headers["webhook-signature"])));
    }

    [Fact]
    public async Task Refuses_all_else_without_a_word_more()
    {
        var good = SignedByPackage(_first);
        Signed[] bad =
        [
            good with { Id = "msg_other" }, good with { Id = "" }, good with { Timestamp = "1700000000" },
            good with { Timestamp = "now" }, good with { Timestamp = "-5" }, good with { Timestamp = "" },
            good with { Signature = "" }, good with { Signature = "v1," },
            good with { Signature = good.Signature.Replace("v1,", "v1a,", StringComparison.Ordinal) },
            good with { Signature = "v1," + Convert.ToBase64String(new byte[32]) },
            SignedByPackage(_second), SignedByPackage(_first, age: TimeSpan.FromMinutes(6)),
            SignedByPackage(_first, age: TimeSpan.FromMinutes(-6)),
        ];
        var said = new HashSet<string>(StringComparer.Ordinal);
        foreach (var one in bad)
        {
            using var answer = await SendAsync(one);
            Assert.True(answer.StatusCode == HttpStatusCode.Unauthorized, $"{one}: {(int)answer.StatusCode}");
            said.Add(await WordsAsync(answer));
        }
        using (var answer = await SendAsync(good, Body + " ")) said.Add(await WordsAsync(answer));
        Assert.Equal(["Unauthorized"], said);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(SignedByPackage(_first, age: TimeSpan.FromMinutes(4))));
    }

    [Fact]
    public async Task While_a_secret_is_changed_both_are_good_and_afterwards_the_new_one_alone()
    {
        Keep(_second, _first);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(SignedByPackage(_first)));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(SignedByPackage(_second)));
        Keep(_second);
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(SignedByPackage(_first)));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(SignedByPackage(_second)));
    }

    [Theory]
    [InlineData("nobody")]
    [InlineData("BANK")]
    [InlineData("..%2fbank")]
    [InlineData("bank.secrets")]
    public async Task Does_not_know_a_provider_without_a_secret(string provider)
    {
        using var answer = await SendAsync(SignedByPackage(_first), Body, provider);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Theory]
    [InlineData("{", HttpStatusCode.BadRequest)]
    [InlineData("""{"type":"payment.captured"}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"type":"","data":{"charge":"1"}}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"type":"a\u0000b","data":{"charge":"1"}}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"type":"payment.disputed","data":{"charge":"1"}}""", HttpStatusCode.OK)]
    public async Task Says_what_is_wrong_to_who_has_signed_it(string body, HttpStatusCode status)
    {
        using var answer = await SendAsync(SignedByPackage(_first, body), body);
        Assert.Equal(status, answer.StatusCode);
    }

    [Fact]
    public async Task Takes_no_body_that_is_larger_than_a_callback()
    {
        var body = new string(' ', TakeCallback.SizeBytesMax + 1);
        using var answer = await SendAsync(SignedByPackage(_first, body), body);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
    }

    [Theory]
    [InlineData("bank.secrets", "no secret")]
    [InlineData("Bank.secrets", "names no provider")]
    public async Task A_file_that_cannot_be_used_prevents_the_start(string file, string says)
    {
        using var data = new TemporaryFolder("callbacks");
        var folder = Path.Combine(data.Path, "secrets");
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(
            Path.Combine(folder, file), file[0] == 'B' ? _first : "hunter2", TestContext.Current.CancellationToken);
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            ServiceProcess.StartAsync("Payments", data.Path, ("Payments:Callbacks:Folder", folder)));
        Assert.Contains(says, refusal.Message, StringComparison.Ordinal);
        Assert.Contains(file, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", refusal.Message, StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _payments.DisposeAsync();
        _data.Dispose();
    }

    private void Keep(params string[] secrets) => File.WriteAllLines(SecretsFile, secrets);

    private static Signed SignedByPackage(string secret, string body = Body, TimeSpan age = default)
    {
        var at = TimeProvider.System.GetUtcNow() - age;
        return new Signed(
            "msg_1", at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
            new StandardWebhook(secret).Sign("msg_1", at, body));
    }

    private async Task<HttpStatusCode> StatusAsync(Signed signed)
    {
        using var answer = await SendAsync(signed);
        return answer.StatusCode;
    }

    private async Task<HttpResponseMessage> SendAsync(Signed signed, string body = Body, string provider = "bank")
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Post, new Uri(_payments.Address, $"/payments/callbacks/{provider}"))
        {
            Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        foreach (var (name, value) in new[]
        {
            (WebhookSignature.IdHeader, signed.Id), (WebhookSignature.TimestampHeader, signed.Timestamp),
            (WebhookSignature.SignatureHeader, signed.Signature),
        })
        {
            if (value.Length > 0) request.Headers.TryAddWithoutValidation(name, value);
        }
        return await _http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    /// <summary>All that the problem says beyond its status, its trace and what was asked.</summary>
    private static async Task<string> WordsAsync(HttpResponseMessage answer)
    {
        var problem = await answer.Content.ReadFromJsonAsync<Dictionary<string, JsonElement>>();
        return string.Join('|', problem!
            .Where(member => member.Key is not ("type" or "status" or "traceId" or "instance"))
            .Select(member => member.Value));
    }

    private sealed record Signed(string Id, string Timestamp, string Signature);
}
