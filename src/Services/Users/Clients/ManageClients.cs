using Microsoft.AspNetCore.Http.HttpResults;
using Tessera.Users.Contracts;

namespace Tessera.Users;

/// <summary>/users/clients, for operators.</summary>
internal static class ManageClients
{
    public static async Task<Ok<ClientsView>> List(ClientStore clients, CancellationToken stop) =>
        TypedResults.Ok(new ClientsView(await clients.ListAsync(stop)));

    public static async Task<Results<Created<AddedClientView>, ProblemHttpResult>> Add(
        AddClientRequest request, ClientStore clients, CancellationToken stop)
    {
        var client = ClientSettings.From(request);
        if (client.Fault() is { } fault)
            return TypedResults.Problem(fault.Why, statusCode: StatusCodes.Status422UnprocessableEntity);
        client.Secret = client.IsPublic ? null : ClientStore.NewSecret();
        if (OwnClients.Has(client.Id) || !await clients.TryAddAsync(client, stop))
        {
            return TypedResults.Problem(
                $"There is a client '{client.Id}' already.", statusCode: StatusCodes.Status409Conflict);
        }
        return TypedResults.Created(
            $"/users/clients/{client.Id}",
            new AddedClientView((await clients.FindAsync(client.Id, stop))!, client.Secret));
    }

    public static async Task<Results<NoContent, ProblemHttpResult>> Remove(
        string client, ClientStore clients, CancellationToken stop)
    {
        if (OwnClients.Has(client))
        {
            return TypedResults.Problem(
                $"'{client}' is the store's own and stays.", statusCode: StatusCodes.Status409Conflict);
        }
        return await clients.TryRemoveAsync(client, stop)
            ? TypedResults.NoContent()
            : TypedResults.Problem(
                $"There is no client '{client}'.", statusCode: StatusCodes.Status404NotFound);
    }
}
