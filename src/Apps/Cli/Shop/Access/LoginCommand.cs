using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using Tessera.Cli.Up;

namespace Tessera.Cli.Shop;

/// <summary>Signs a person in without a browser here: shows a code that is entered in a browser anywhere (RFC 8628).
/// </summary>
internal static class LoginCommand
{
    private static readonly TimeSpan _slower = TimeSpan.FromSeconds(5);

    public static Command Create()
    {
        var data = UpOptions.Data();
        var gateway = Store.GatewayOption();
        var command = new Command(
            "login", "Sign in with a browser, here or elsewhere; `tessera token` gives tokens then.") { data, gateway };
        command.SetAction(async (parsed, stop) =>
        {
            using var store = Store.Open(
                parsed.GetRequiredValue(data), parsed.GetValue(gateway), TimeProvider.System);
            await RunAsync(store, stop);
            Console.WriteLine("Signed in. `tessera token` prints an access token.");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static async Task RunAsync(Store store, CancellationToken stop)
    {
        var asked = await store.Client.PostFormAsync("/connect/device", new Dictionary<string, string>
        {
            ["client_id"] = LoginFile.Client,
            ["scope"] = "openid offline_access",
        }, stop);
        if (!asked.IsSuccess) throw new UserError($"The store takes no sign-in: {asked.Problem()}");
        var device = asked.Read<DeviceAnswer>();
        Console.WriteLine($"Open {device.VerificationUri} and enter the code {device.UserCode}");
        Console.WriteLine($"or open {device.VerificationUriComplete}");
        var until = store.Clock.GetUtcNow() + TimeSpan.FromSeconds(device.ExpiresIn);
        var interval = TimeSpan.FromSeconds(device.Interval ?? 5);
        while (store.Clock.GetUtcNow() < until)
        {
            await Task.Delay(interval, store.Clock, stop);
            var answer = await store.Client.PostFormAsync("/connect/token", new Dictionary<string, string>
            {
                ["grant_type"] = "urn:ietf:params:oauth:grant-type:device_code",
                ["client_id"] = LoginFile.Client,
                ["device_code"] = device.DeviceCode,
            }, stop);
            if (answer.IsSuccess)
            {
                new LoginFile(store.Gateway).Keep(answer.Read<TokenAnswer>());
                return;
            }
            switch (ErrorOf(answer))
            {
                case "authorization_pending": break;
                case "slow_down": interval += _slower; break;
                case "access_denied": throw new UserError("The sign-in was refused in the browser.");
                case "expired_token": throw new UserError("The code's time is over. Ask for another: tessera login");
                default: throw new UserError($"The sign-in failed: {answer.Problem()}");
            }
        }
        throw new UserError("The code's time is over. Ask for another: tessera login");
    }

    private static string? ErrorOf(Answer answer)
    {
        try
        {
            using var document = JsonDocument.Parse(answer.Body);
            return document.RootElement.GetProperty("error").GetString();
        }
        catch (Exception other) when (other is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }

    private sealed record DeviceAnswer(
        [property: JsonPropertyName("device_code")] string DeviceCode,
        [property: JsonPropertyName("user_code")] string UserCode,
        [property: JsonPropertyName("verification_uri")] string VerificationUri,
        [property: JsonPropertyName("verification_uri_complete")] string VerificationUriComplete,
        [property: JsonPropertyName("expires_in")] int ExpiresIn,
        [property: JsonPropertyName("interval")] int? Interval);
}
