using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Tessera.Catalog.Contracts;

namespace Tessera.Bench.Catalog;

/// <summary>Puts products into the catalogue as an operator does, a thousand a request.</summary>
internal static class Filling
{
    private const int ProductsPerRequest = 1000;

    public static async Task RunAsync(Uri store, string token, int count)
    {
        using var http = new HttpClient { BaseAddress = store };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        foreach (var numbers in Enumerable.Range(0, count).Chunk(ProductsPerRequest))
        {
            var products = numbers.Select(number => new ImportedProduct(
                "B" + number.ToString(CultureInfo.InvariantCulture), Vocabulary.Name(number),
                100 + (number * 37L % 20_000), Vocabulary.Category(number)));
            using var answer = await http.PostAsJsonAsync(
                "/api/v1/products/import", new ImportProductsRequest([.. products]));
            if (!answer.IsSuccessStatusCode)
            {
                throw new InvalidOperationException(
                    $"The store answered {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
            }
        }
    }
}
