using System.CommandLine;
using Tessera.Cli.Up;
using Tessera.Users.Contracts;

namespace Tessera.Cli.Shop;

/// <summary>Prints an access token and nothing else, for scripts: <c>TOKEN=$(tessera token)</c>.</summary>
internal static class TokenCommand
{
    public static Command Create()
    {
        var acting = new Option<string?>("--for")
        {
            Description = "Act for the customer with this e-mail address. On the store's own machine only.",
            HelpName = "EMAIL",
        };
        var scripts = new Option<bool>("--scripts")
        {
            Description = "As the store's own scripts, which run the shop. On the store's own machine only.",
        };
        var data = UpOptions.Data();
        var gateway = Store.GatewayOption();
        var command = new Command(
            "token", "Print an access token: of who signed in with `tessera login`, or to act for a customer.")
        {
            acting, scripts, data, gateway,
        };
        command.SetAction(async (parsed, stop) =>
        {
            using var store = Store.Open(
                parsed.GetRequiredValue(data), parsed.GetValue(gateway), TimeProvider.System);
            Console.WriteLine(parsed.GetValue(acting) is { } email ? await ActForAsync(store, email, stop)
                : parsed.GetValue(scripts) ? await store.Scripts.TokenAsync(stop)
                : await new LoginFile(store.Gateway).RefreshAsync(store.Client, stop));
            return ExitCodes.Ok;
        });
        return command;
    }

    private static async Task<string> ActForAsync(Store store, string email, CancellationToken stop)
    {
        var answer = await store.Client.PostAsync(
            "/api/v1/users/tokens", new ActForRequest(email), await store.Scripts.TokenAsync(stop), stop);
        return answer.IsSuccess
            ? answer.Read<ActingTokenView>().AccessToken
            : throw new UserError($"No token to act for {email}: {answer.Problem()}");
    }
}
