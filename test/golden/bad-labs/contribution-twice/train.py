import json

steps = 300
lr = 0.1

for step in range(steps):
    print(step * lr)

print("done")
