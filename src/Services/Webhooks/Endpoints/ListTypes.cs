using Microsoft.AspNetCore.Http.HttpResults;
using Tessera.Webhooks.Contracts;

namespace Tessera.Webhooks;

internal static class ListTypes
{
    public static Ok<PublicTypesView> Handle() => TypedResults.Ok(new PublicTypesView(
        [.. PublicTypes.All.Select(type => new PublicTypeView(type.Name, type.Key, type.Description))]));
}
