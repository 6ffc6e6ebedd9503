#include "checks.h"

static double energy(floats x, floats y, floats z, floats vx, floats vy, floats vz, floats mass) {
    double total = 0.0;
    for (int64_t i = 0; i < 5; i++) {
        FUEL();
        total += 0.5 * AT(mass, i) * (AT(vx, i) * AT(vx, i) + AT(vy, i) * AT(vy, i) + AT(vz, i) * AT(vz, i));
        for (int64_t j = i + 1; j < 5; j++) {
            FUEL();
            double dx = AT(x, i) - AT(x, j), dy = AT(y, i) - AT(y, j), dz = AT(z, i) - AT(z, j);
            total -= FDIV(AT(mass, i) * AT(mass, j), sqrt(dx * dx + dy * dy + dz * dz));
        }
    }
    return total;
}

static void step(floats x, floats y, floats z, floats vx, floats vy, floats vz, floats mass, double dt) {
    for (int64_t i = 0; i < 5; i++) {
        FUEL();
        for (int64_t j = i + 1; j < 5; j++) {
            FUEL();
            double dx = AT(x, i) - AT(x, j), dy = AT(y, i) - AT(y, j), dz = AT(z, i) - AT(z, j);
            double squared = dx * dx + dy * dy + dz * dz;
            double pull = FDIV(dt, squared * sqrt(squared));
            AT(vx, i) -= dx * AT(mass, j) * pull;
            AT(vy, i) -= dy * AT(mass, j) * pull;
            AT(vz, i) -= dz * AT(mass, j) * pull;
            AT(vx, j) += dx * AT(mass, i) * pull;
            AT(vy, j) += dy * AT(mass, i) * pull;
            AT(vz, j) += dz * AT(mass, i) * pull;
        }
    }
    for (int64_t i = 0; i < 5; i++) {
        FUEL();
        AT(x, i) += dt * AT(vx, i);
        AT(y, i) += dt * AT(vy, i);
        AT(z, i) += dt * AT(vz, i);
    }
}

static floats five(double a, double b, double c, double d, double e) {
    floats list = new_floats(5);
    list.at[0] = a; list.at[1] = b; list.at[2] = c; list.at[3] = d; list.at[4] = e;
    return list;
}

double bench_main(int64_t n) {
    FILL_FUEL();
    double solar = 39.47841760435743;
    floats x = five(0.0, 4.841431442464721, 8.34336671824458, 12.894369562139131, 15.379697114850917);
    floats y = five(0.0, -1.1603200440274284, 4.124798564124305, -15.111151401698631, -25.919314609987964);
    floats z = five(0.0, -0.10362204447112311, -0.4035234171143214, -0.22330757889265573, 0.17925877295037118);
    floats vx = five(0.0, 0.606326392995832, -1.0107743461787924, 1.08279100644153, 0.979090732243898);
    floats vy = five(0.0, 2.81198684491626, 1.8256623712304119, 0.8687130181696082, 0.5946989986476762);
    floats vz = five(0.0, -0.02521836165988763, 0.008415761376584154, -0.010832637401363636, -0.034755955550407806);
    floats mass = five(solar, 0.03769367487038949, 0.011286326131968767, 0.0017237240570597112, 0.0020336868699246304);
    double px = 0.0, py = 0.0, pz = 0.0;
    for (int64_t i = 0; i < 5; i++) {
        px += AT(vx, i) * AT(mass, i);
        py += AT(vy, i) * AT(mass, i);
        pz += AT(vz, i) * AT(mass, i);
    }
    AT(vx, 0) = -px / solar;
    AT(vy, 0) = -py / solar;
    AT(vz, 0) = -pz / solar;
    for (int64_t k = 0; k < n; k++) {
        FUEL();
        step(x, y, z, vx, vy, vz, mass, 0.01);
    }
    double result = energy(x, y, z, vx, vy, vz, mass);
    free(x.at); free(y.at); free(z.at); free(vx.at); free(vy.at); free(vz.at); free(mass.at);
    return result;
}
