using System.CommandLine;
using Tessera.Cli.Up;
using Tessera.Users.Contracts;

namespace Tessera.Cli.Shop;

/// <summary>Programs that may ask the store for tokens.</summary>
internal static class ClientCommand
{
    public static Command Create() => new("client", "Programs that may ask for tokens.")
    {
        CreateAdd(), CreateList(), CreateRemove(),
    };

    private static Command CreateAdd()
    {
        var id = new Argument<string>("id") { Description = "Its name towards the store: a-z, 0-9 and -." };
        var name = new Option<string?>("--name") { Description = "What people read when they are asked to trust it." };
        var grants = Many("--grant", "authorization_code, client_credentials, refresh_token, or "
            + "urn:ietf:params:oauth:grant-type:device_code.");
        var scopes = Many("--scope", "What it may do, such as orders.read.");
        var redirects = Many("--redirect", "Where people come back to, letter by letter.");
        var signedOut = Many("--signed-out", "Where people may come back to after signing out.");
        var isPublic = new Option<bool>("--public") { Description = "It cannot keep a secret: a browser, a device." };
        var command = new Command("add", "Add a client; its secret is printed once.")
        {
            id, name, grants, scopes, redirects, signedOut, isPublic,
        };
        return Connected(command, async (store, parsed, stop) =>
        {
            var request = new AddClientRequest(
                parsed.GetRequiredValue(id), parsed.GetValue(name) ?? parsed.GetRequiredValue(id),
                parsed.GetValue(grants)!, parsed.GetValue(scopes), parsed.GetValue(redirects),
                parsed.GetValue(signedOut), parsed.GetValue(isPublic));
            var answer = await store.Client.PostAsync(
                "/api/v1/users/clients", request, await store.Scripts.TokenAsync(stop), stop);
            if (!answer.IsSuccess) throw new UserError($"The client was not added: {answer.Problem()}");
            var added = answer.Read<AddedClientView>();
            Console.WriteLine(added.Secret is { } secret
                ? $"{added.Client.Id}, secret {secret} (shown this once)"
                : $"{added.Client.Id}, without a secret");
        });
    }

    private static Command CreateList() => Connected(
        new Command("list", "List the clients."), async (store, _, stop) =>
        {
            var answer = await store.Client.GetAsync(
                "/api/v1/users/clients", await store.Scripts.TokenAsync(stop), stop);
            if (!answer.IsSuccess) throw new UserError($"The clients cannot be listed: {answer.Problem()}");
            foreach (var client in answer.Read<ClientsView>().Clients)
            {
                var kind = client.IsPublic ? "public" : "confidential";
                Console.WriteLine($"{client.Id}  {kind}{(client.IsOwn ? ", the store's own" : "")}  "
                    + $"{string.Join(' ', client.Grants)}  {string.Join(' ', client.Scopes)}");
            }
        });

    private static Command CreateRemove()
    {
        var id = new Argument<string>("id") { Description = "As `client list` names it." };
        var command = new Command("remove", "Remove a client with all its tokens.") { id };
        return Connected(command, async (store, parsed, stop) =>
        {
            var path = "/api/v1/users/clients/" + Uri.EscapeDataString(parsed.GetRequiredValue(id));
            var answer = await store.Client.DeleteAsync(path, await store.Scripts.TokenAsync(stop), stop);
            if (!answer.IsSuccess) throw new UserError($"The client was not removed: {answer.Problem()}");
        });
    }

    private static Option<string[]> Many(string name, string description) => new(name)
    {
        Description = description + " May be given several times.",
        AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = _ => [],
    };

    private static Command Connected(Command command, Func<Store, ParseResult, CancellationToken, Task> act)
    {
        var data = UpOptions.Data();
        var gateway = Store.GatewayOption();
        command.Add(data);
        command.Add(gateway);
        command.SetAction(async (parsed, stop) =>
        {
            using var store = Store.Open(
                parsed.GetRequiredValue(data), parsed.GetValue(gateway), TimeProvider.System);
            await act(store, parsed, stop);
            return ExitCodes.Ok;
        });
        return command;
    }
}
